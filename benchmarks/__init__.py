"""Benchmarks: figures as JSON, never pass or fail by time. Run one with ``./dev bench NAME``."""
