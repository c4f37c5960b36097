"""Fetches what belongs to incoming messages, several things at once: files, link previews, pictures of advertisements.

As with the senders, threads get plain data and give back plain data. A row is claimed and committed, then the request
leaves, then the result is written: no transaction is open meanwhile. Nothing is lost when the process dies, since
whoever comes next sees that the claim's owner is gone and starts over.
"""

import base64
import binascii
import contextlib
import hashlib
import logging
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass

import psycopg2
import requests

from odoo.addons.mail.tools.link_preview import get_link_preview_from_url

from ..cloud_api import client as cloud_client
from ..cloud_api.transport import CloudError, TooLarge
from ..tools.guarded_http import GuardedSession

_logger = logging.getLogger(__name__)

POOL_SIZE = 8
LOOK_SECONDS = 0.2
CLIENT_LIFE = 60  # seconds; then credentials are read again
BYTES_AT_ONCE = 160 * 1024 * 1024  # what all files that are under way may hold in memory together
USUAL_BYTES = 8 * 1024 * 1024  # reserved for a file whose size Meta does not tell


@dataclass(frozen=True, slots=True)
class Job:
    """What to fetch for one message: its ``file``, or its ``extras`` (a picture, previews of links)."""

    id: int
    kind: str
    account_id: int = 0
    phone_number_id: str = ""
    media_ref: str = ""
    sha256: str | None = None
    max_bytes: int = 0
    picture: str | None = None
    links: tuple = ()


@dataclass(slots=True)
class Found:
    """What became of a job.

    ``problem`` is empty for success, else ``gone`` (Meta has no such file), ``large``, ``damaged``, or ``later``
    (worth another try); ``text`` says more to administrators.
    """

    job: Job
    problem: str = ""
    text: str = ""
    data: bytes = b""
    mimetype: str = ""
    previews: tuple = ()
    reserved: int = 0


class Budget:
    """Memory that the files under way share. A file larger than all of it goes alone."""

    def __init__(self, total=BYTES_AT_ONCE):
        self.total = total
        self.used = 0
        self._condition = threading.Condition()

    def take(self, size):
        """Wait until there is room for ``size`` bytes and take it."""
        with self._condition:
            self._condition.wait_for(lambda: not self.used or self.used + size <= self.total)
            self.used += size

    def give(self, size):
        """Give room back."""
        with self._condition:
            self.used -= size
            self._condition.notify_all()


def same_digest(data, told):
    """Tell whether a file is what Meta said it would be; the digest comes as hex in one place, base64 in another."""
    if not told:
        return True
    digest = hashlib.sha256(data).digest()
    with contextlib.suppress(ValueError):
        if bytes.fromhex(told) == digest:
            return True
    with contextlib.suppress(ValueError, binascii.Error):
        padded = told.replace("-", "+").replace("_", "/")
        return base64.b64decode(padded + "=" * (-len(padded) % 4)) == digest
    return False


def fetch_file(job, client, budget):
    """Fetch a file from Meta. Runs in a pool thread.

    Addresses live for five minutes: where one is no good, a fresh one is asked for, once.
    """
    reserved = 0
    try:
        for is_last in (False, True):
            info = client.media_info(job.media_ref, job.phone_number_id)
            size = int(info["file_size"]) if str(info.get("file_size") or "").isdigit() else 0
            if size > job.max_bytes:
                return Found(job, "large", f"{size} bytes")
            budget.take(wanted := size or min(USUAL_BYTES, job.max_bytes))
            reserved += wanted
            try:
                data, mimetype = client.download(str(info.get("url") or ""), job.max_bytes)
                break
            except cloud_client.ApiError as error:
                if is_last or error.http_status not in (401, 403, 404, 410):
                    raise
                budget.give(reserved)
                reserved = 0
        mimetype = str(info.get("mime_type") or mimetype or "").partition(";")[0].strip().lower()
        if not all(same_digest(data, told) for told in (job.sha256, info.get("sha256"))):
            return Found(job, "damaged", "The digest does not fit.", reserved=reserved)
        return Found(job, data=data, mimetype=mimetype, reserved=reserved)
    except TooLarge as error:
        return Found(job, "large", str(error), reserved=reserved)
    except cloud_client.ApiError as error:
        # 404, or Meta's "object does not exist"
        is_gone = error.http_status in (404, 410) or error.error.code == 131052 or _is_missing(error)
        return Found(job, "gone" if is_gone else "later", str(error), reserved=reserved)
    except CloudError as error:
        return Found(job, "later", str(error), reserved=reserved)


def _is_missing(error):
    return error.error.code == 100 and getattr(error.error, "subcode", None) == 33


def fetch_extras(job, session_class=GuardedSession):
    """Fetch the picture of an advertisement and look at the pages that a text names. Runs in a pool thread.

    Pages are read as Odoo reads those that colleagues name, but through a session that reaches the internet only.
    """
    picture, previews = b"", []
    if job.picture:
        with contextlib.suppress(requests.RequestException, ValueError, OSError), session_class() as session:
            picture, _mimetype = session.fetch(job.picture, job.max_bytes)
    with session_class(schemes=("https", "http")) as session:
        for url in job.links:
            try:
                preview = get_link_preview_from_url(url, session)
            except Exception:  # noqa: BLE001 - pages of strangers break readers in every way; a preview is no promise
                _logger.info("WhatsApp: no preview of a link in message %s", job.id, exc_info=True)
                preview = False
            if preview:
                previews.append(preview)
    return Found(job, data=picture, previews=tuple(previews))


class Fetcher:
    """Keeps the pool of the lane ``media`` busy. Used by one thread only (its runner)."""

    MUST_FINISH = False  # what is given up is fetched again by the next

    def __init__(self, size=POOL_SIZE):
        self.size = size
        self.budget = Budget()
        self._pool = None
        self._futures = {}
        self._clients = {}

    @property
    def busy(self):
        """Whether requests are under way."""
        return bool(self._futures)

    def wait(self):
        """Wait for a result, not so long that new work waits."""
        wait(self._futures, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)

    def step(self, registry, make_env, runner_id):
        """Write results, claim what there is room for, hand it over; tells whether anything moved."""
        moved = self.collect(registry, make_env)
        room = self.size - len(self._futures)
        if room <= 0:
            return moved
        with registry.cursor() as cr:
            env = make_env(cr)
            env["whatsapp.lane"]._read_committed()
            jobs = env["whatsapp.chat.message"]._claim_fetches(runner_id, room)
        for job in jobs:
            self._submit(job, registry, make_env)
        return moved or bool(jobs)

    def _submit(self, job, registry, make_env):
        if job.kind == "extras":
            call = (fetch_extras, job)
        else:
            try:
                call = (fetch_file, job, self._client_for(job.account_id, registry, make_env), self.budget)
            except Exception as error:  # noqa: BLE001 - no credentials, or the database is going away: another time
                call = (Found, job, "later", str(error))
        self._futures[self._executor().submit(*call)] = job

    def _client_for(self, account_id, registry, make_env):
        made_at, client = self._clients.get(account_id, (0, None))
        if client is None or time.monotonic() - made_at > CLIENT_LIFE:
            with registry.cursor() as cr:
                client = make_env(cr)["whatsapp.business.account"].browse(account_id)._client(pool_size=self.size)
            self._clients[account_id] = (time.monotonic(), client)
        return client

    def collect(self, registry, make_env):
        """Write the results that are there, each in a transaction of its own; tells whether there were any."""
        done = [future for future in self._futures if future.done()]
        for future in done:
            job = self._futures.pop(future)
            error = future.exception()
            if error is not None:
                _logger.error("WhatsApp message %s: fetching broke", job.id, exc_info=error)
            found = Found(job, "later", type(error).__name__) if error is not None else future.result()
            try:
                self._apply(registry, make_env, found)
            finally:
                if found.reserved:
                    self.budget.give(found.reserved)
        return bool(done)

    def _apply(self, registry, make_env, found):
        """Write one result; where that breaks (a scanner that is out of reach, a full disk), note a failed try."""
        try:
            with registry.cursor() as cr:
                make_env(cr)["whatsapp.chat.message"]._apply_found(found)
        except psycopg2.OperationalError:
            raise  # the database itself: the claim is freed when it is back
        except Exception as error:  # noqa: BLE001 - one file must not stop the lane
            _logger.exception("WhatsApp message %s: what was fetched could not be stored", found.job.id)
            with registry.cursor() as cr:
                make_env(cr)["whatsapp.chat.message"]._apply_found(Found(found.job, "later", type(error).__name__))

    def recover(self, registry, make_env, runner_id):
        """Free what a fetcher that died has claimed."""
        with registry.cursor() as cr:
            make_env(cr)["whatsapp.chat.message"]._free_dead_fetches(runner_id)

    def _executor(self):
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.size, thread_name_prefix="whatsapp.media.http")
        return self._pool

    def close(self):
        """Let the pool's threads end."""
        if self._pool:
            self._pool.shutdown(wait=False, cancel_futures=True)
