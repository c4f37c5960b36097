import argparse
import logging
import os
import signal
import sys
import threading

from odoo.cli import Command
from odoo.modules.registry import Registry
from odoo.tools import config

_logger = logging.getLogger(__name__)


class WhatsappWorker(Command):
    """Run the WhatsApp lanes (intake, replies, bulk, media) in a process of their own.

    All options of the server are accepted after ours, for instance -c odoo.conf -d mydb.
    """

    name = "whatsapp_worker"

    def run(self, args):
        # Odoo loads commands without their addon, and hides what fails to import here: import late
        from odoo.addons.whatsapp_base.lanes import LANES
        from odoo.addons.whatsapp_base.lanes.runner import Runner

        own, rest = self._own_parser(LANES).parse_known_args(args)
        config.parse_config(rest, setup_logging=True)
        databases = config["db_name"]
        if not databases:
            sys.exit("whatsapp_worker: no database given. Use -d NAME, or set db_name in the configuration file.")
        if own.nice:
            os.nice(own.nice)
        lanes = self._lanes(own.lanes, LANES)
        runners = []
        for dbname in databases:
            Registry(dbname)
            runners += [Runner(dbname, lane, dedicated=True) for lane in lanes]
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_args: stop.set())
        for runner in runners:
            runner.start()
        _logger.info("WhatsApp worker: lanes %s of %s", ", ".join(lanes), ", ".join(databases))
        stop.wait()
        _logger.info("WhatsApp worker: finishing what is under way")
        for runner in runners:
            runner.stop()
        for runner in runners:
            runner.join()

    def _own_parser(self, known):
        parser = argparse.ArgumentParser(prog=self.prog, description=self.__doc__, add_help=True)
        parser.add_argument("--lanes", default=",".join(known), help=f"which lanes to run (default: {','.join(known)})")
        parser.add_argument("--nice", type=int, default=0, help="lower the priority of this process, as nice(1) does")
        return parser

    def _lanes(self, text, known):
        lanes = [lane.strip() for lane in text.split(",") if lane.strip()]
        unknown = [lane for lane in lanes if lane not in known]
        if unknown or not lanes:
            sys.exit(f"whatsapp_worker: unknown lane {', '.join(unknown) or '(none)'}. Choose from {', '.join(known)}.")
        return lanes
