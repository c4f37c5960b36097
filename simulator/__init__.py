"""A server that behaves like Meta's WhatsApp Cloud API, for demos, tests and benchmarks.

Stand-alone: needs only aiohttp. Start it with ``python -m simulator`` or embed it with
:func:`simulator.app.create_app`.
"""

__version__ = "0.1.0"
