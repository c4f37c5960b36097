from . import bench_floor, bench_tools
