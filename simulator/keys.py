"""Where the simulator hangs in the aiohttp application."""

from aiohttp import web

SIM = web.AppKey("simulator", object)
