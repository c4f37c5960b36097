"""Sends queued messages through a pool of threads.

The threads get plain data and give back plain data: no environment, no cursor. A row is claimed (state
``sending``) and committed, then the request leaves, then the result is written and committed; what the process
cannot tell after a crash becomes ``uncertain`` (see ``whatsapp.chat.message._recover_dead``), never a second try.
"""

import logging
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from ..cloud_api import client as cloud_client
from ..cloud_api import outbound
from ..cloud_api.inbound import Identity
from ..cloud_api.meta_error import MetaError

_logger = logging.getLogger(__name__)

POOL_SIZE = {"replies": 24, "bulk": 64}
# how long results may be gathered before they are written together
GATHER_SECONDS = 0.02
CLAIM_AHEAD = 1.5  # requests handed to the pool for each of its threads
PENDING_MEDIA = "pending-upload"  # stands in a stored payload for the ID of a file that Meta does not have yet
CLIENT_LIFE = 300  # seconds; then credentials are read again


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed message, with all that the request needs."""

    id: int
    uuid: str
    channel_id: int
    contact_id: int
    account_id: int
    phone_number_id: str
    wa_id: str | None
    user_id: str | None
    attempts: int
    content: dict
    reply_to: str | None = None
    upload: "Upload | None" = None
    refusal: str | None = None  # name of the rule of ours that forbids sending


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that Meta must have before the message can name it."""

    attachment_id: int
    checksum: str
    data: bytes
    mimetype: str
    filename: str


@dataclass(slots=True)
class Outcome:
    """What became of a job: exactly one of accepted, failed, not sent, unknown, refused."""

    job: Job
    kind: str
    wamid: str | None = None
    wa_id: str | None = None
    user_id: str | None = None
    message_status: str | None = None
    error: MetaError | None = None
    http_status: int | None = None
    media_id: str | None = None
    text: str | None = None
    extra: dict = field(default_factory=dict)


def fill_media(content, media_id):
    """Return ``content`` with every ``PENDING_MEDIA`` replaced by the ID that Meta gave to the file."""
    if isinstance(content, dict):
        return {key: fill_media(value, media_id) for key, value in content.items()}
    if isinstance(content, list):
        return [fill_media(value, media_id) for value in content]
    return media_id if content == PENDING_MEDIA else content


def perform(job, client):
    """Do the HTTP work of one job. Runs in a pool thread.

    :param Job job: what to send
    :param cloud_client.CloudClient client: bound to the account of the job
    :rtype: Outcome
    """
    media_id = None
    try:
        content = job.content
        if job.upload:
            try:
                media_id = client.upload_media(
                    job.phone_number_id, job.upload.data, job.upload.mimetype, job.upload.filename
                )
            except cloud_client.OutcomeUnknown as error:
                # a file that may have arrived harms nobody: the message itself has not left
                return Outcome(job, "not_sent", text=str(error))
            content = fill_media(content, media_id)
        to = Identity(wa_id=job.wa_id, user_id=job.user_id)
        request = outbound.request(content, to, reply_to=job.reply_to, callback_data=job.uuid)
        result = client.send(job.phone_number_id, request)
    except cloud_client.ApiError as error:
        return Outcome(job, "failed", error=error.error, http_status=error.http_status, media_id=media_id)
    except cloud_client.NotSent as error:
        return Outcome(job, "not_sent", text=str(error), media_id=media_id)
    except cloud_client.OutcomeUnknown as error:
        return Outcome(job, "unknown", text=str(error), media_id=media_id)
    return Outcome(
        job,
        "accepted",
        wamid=result.wamid,
        wa_id=result.wa_id,
        user_id=result.user_id,
        message_status=result.message_status,
        media_id=media_id,
    )


class Sender:
    """Keeps the pool of one lane full. Used by one thread only (its runner)."""

    BROKEN = "Sending broke off inside Odoo; the server's log tells more."

    def __init__(self, lane):
        self.lane = lane
        self.size = POOL_SIZE[lane]
        self._pool = None
        self._futures = {}
        self._clients = {}

    @property
    def busy(self):
        """Whether requests are under way."""
        return bool(self._futures)

    def wait(self):
        """Wait a moment for results."""
        wait(self._futures, timeout=GATHER_SECONDS, return_when=FIRST_COMPLETED)

    def step(self, registry, make_env, runner_id):
        """Write results, claim what there is room for, hand it over; tells whether anything moved."""
        moved = self.collect(registry, make_env)
        room = int(self.size * CLAIM_AHEAD) - len(self._futures)
        # claims in handfuls: a claim costs the same for one message as for fifty
        if room >= self.size // 4 or not self._futures:
            moved = self._claim(registry, make_env, runner_id, room) or moved
        if self._futures and not moved:
            self.wait()
            moved = True
        return moved

    def _claim(self, registry, make_env, runner_id, room):
        with registry.cursor() as cr:
            env = make_env(cr)
            env["whatsapp.lane"]._read_committed()
            jobs = env["whatsapp.chat.message"]._claim(self.lane, runner_id, room)
            clients = {}
            if jobs:
                # rows are committed as "sending" before anything leaves
                cr.commit()
                clients = self._clients_for(env, {job.account_id for job in jobs})
                refused = [Outcome(job, "refused", text=job.refusal) for job in jobs if job.refusal]
                for job in jobs:
                    if not job.refusal and isinstance(clients[job.account_id], str):
                        refused.append(Outcome(job, "no_credentials", text=clients[job.account_id]))
                if refused:
                    env["whatsapp.chat.message"]._apply_outcomes(refused)
        unsent = []
        for job in jobs:
            client = clients[job.account_id]
            if job.refusal or isinstance(client, str):
                continue
            try:
                self._futures[self._executor().submit(perform, job, client)] = job
            except RuntimeError:
                # the interpreter is shutting down: nothing of this job has left, and we know it
                unsent.append(Outcome(job, "not_sent", text="The process was stopped."))
        if unsent:
            self._write(registry, make_env, unsent)
        return bool(jobs)

    def _clients_for(self, env, account_ids):
        """Return ``{account id: client}``, or the reason (a text) in place of a client that cannot be made."""
        now = time.monotonic()
        result = {}
        for account in env["whatsapp.business.account"].browse(account_ids):
            key = (account.id, account.write_date)
            made_at, client = self._clients.get(key, (0, None))
            if client is None or now - made_at > CLIENT_LIFE:
                try:
                    client = account._client(pool_size=self.size)
                except Exception as error:  # noqa: BLE001 - a credential problem must not stop the other accounts
                    result[account.id] = str(error)
                    continue
                self._clients = {k: v for k, v in self._clients.items() if k[0] != account.id}
                self._clients[key] = (now, client)
            result[account.id] = client
        return result

    def collect(self, registry, make_env):
        """Write the results that are there; tells whether there were any.

        Results leave ``_futures`` only after the commit: where the database is away for a while they are
        written later, not lost.
        """
        done = [future for future in self._futures if future.done()]
        if not done:
            return False
        self._write(registry, make_env, [self._outcome(future) for future in done])
        for future in done:
            del self._futures[future]
        return True

    def _outcome(self, future):
        error = future.exception()
        if error is None:
            return future.result()
        job = self._futures[future]
        _logger.error("WhatsApp message %s: sending broke", job.id, exc_info=error)
        return Outcome(job, "unknown", text=self.BROKEN)

    def _write(self, registry, make_env, outcomes):
        with registry.cursor() as cr:
            env = make_env(cr)
            env["whatsapp.lane"]._read_committed()
            env["whatsapp.chat.message"]._apply_outcomes(outcomes)

    def _executor(self):
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.size, thread_name_prefix=f"whatsapp.{self.lane}.http")
        return self._pool

    def close(self):
        """Let the pool's threads end."""
        if self._pool:
            self._pool.shutdown(wait=False)
