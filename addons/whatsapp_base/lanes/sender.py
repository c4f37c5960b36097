"""Sends queued messages through a pool of threads.

The threads get plain data and give back plain data: no environment, no cursor. A row is claimed (state
``sending``) and committed, then the request leaves, then the result is written and committed; what the process
cannot tell after a crash becomes ``uncertain`` (see ``whatsapp.chat.message._recover_dead``), never a second try.
"""

import logging
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from odoo.exceptions import UserError

from ..cloud_api import client as cloud_client
from ..cloud_api import errors, outbound
from ..cloud_api.errors import Policy
from ..cloud_api.inbound import Identity
from ..cloud_api.meta_error import MetaError
from ..tools import media_recipes
from .media_ids import MediaIds

_logger = logging.getLogger(__name__)

POOL_SIZE = {"replies": 64, "bulk": 64}  # 64: 8 replies a second leave even when Meta takes 8 seconds for each
# how long results may be gathered before they are written together
GATHER_SECONDS = 0.02
LOOK_SECONDS = 0.1  # longest wait for results before new work is looked for
STARVED_SECONDS = 0.05  # a bucket must not run over meanwhile: it holds a tenth of a second's worth
CLAIM_AHEAD = 1.5  # requests handed to the pool for each of its threads
# While Meta is slow nothing is claimed ahead: requests that wait for a thread would leave together when it answers,
# faster than the rate at which they were claimed
SLOW_SECONDS = 1.0
PENDING_MEDIA = "pending-upload"  # stands in a stored payload for the ID of a file that Meta does not have yet
CLIENT_LIFE = 60  # seconds; then credentials are read again
# Meta's answers to a file that it no longer has: parameter errors (it names no other code) and media errors
STALE_MEDIA = {100, 131008, 131009, 131052, 131053}
STALE_TRIES = 3


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
    more: "tuple[Upload, ...]" = ()  # files of the other cards of a carousel, in order
    refusal: str | None = None  # name of the rule of ours that forbids sending


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that Meta must have before the message can name it; ``media_id`` where it has it already."""

    attachment_id: int
    checksum: str
    data: bytes | None
    mimetype: str
    filename: str
    recipe: str | None = None
    media_id: str | None = None

    def key(self, channel_id):
        """Return what the uploaded file is known by: number, content, and what was done to it."""
        return channel_id, self.checksum, self.recipe or ""


@dataclass(slots=True)
class Outcome:
    """What became of a job: exactly one of accepted, failed, not sent, unknown, refused, stale_media."""

    job: Job
    kind: str
    wamid: str | None = None
    wa_id: str | None = None
    user_id: str | None = None
    message_status: str | None = None
    error: MetaError | None = None
    http_status: int | None = None
    media_id: str | None = None  # of a file that was uploaded for it, now
    sent_as: str | None = None  # kind of the message, where its file had to go as another one
    text: str | None = None
    extra: dict = field(default_factory=dict)


def pending_media(number=0):
    """Return what stands in a stored payload for the ID of the file of this number, from 0."""
    return f"{PENDING_MEDIA}-{number}" if number else PENDING_MEDIA


def fill_media(content, media_id, pending=PENDING_MEDIA):
    """Return ``content`` with every ``pending`` replaced by the ID that Meta gave to the file."""
    if isinstance(content, dict):
        return {key: fill_media(value, media_id, pending) for key, value in content.items()}
    if isinstance(content, list):
        return [fill_media(value, media_id, pending) for value in content]
    return media_id if content == pending else content


def _with_more_files(job, client, media_ids, content):
    """Return ``content`` with the IDs of all files but the first."""
    for number, upload in enumerate(job.more, start=1):
        try:
            ready = media_recipes.apply(upload.recipe, upload.data, upload.mimetype, upload.filename)
        except media_recipes.NotConverted:
            ready = upload.data, upload.mimetype, upload.filename  # Meta says what is wrong with it
        media_id, _is_new = media_ids.obtain(
            upload.key(job.channel_id), lambda ready=ready: client.upload_media(job.phone_number_id, *ready)
        )
        content = fill_media(content, media_id, pending_media(number))
    return content


def _with_file(job, client, media_ids):
    """Return (content with the ID of its file, ID if it was uploaded now, kind if it had to go as another one)."""
    upload = job.upload
    if not upload:
        return job.content, None, None
    if upload.media_id:
        return fill_media(job.content, upload.media_id), None, None
    try:
        ready = media_recipes.apply(upload.recipe, upload.data, upload.mimetype, upload.filename)
    except media_recipes.NotConverted as error:
        _logger.info("WhatsApp message %s: its file goes as it is: %s", job.id, error)
        content = media_recipes.instead(job.content, upload.filename)
        media_id = client.upload_media(job.phone_number_id, upload.data, upload.mimetype, upload.filename)
        return fill_media(content, media_id), None, content.get("type")
    media_id, is_new = media_ids.obtain(
        upload.key(job.channel_id), lambda: client.upload_media(job.phone_number_id, *ready)
    )
    return fill_media(job.content, media_id), media_id if is_new else None, None


def perform(job, client, media_ids=None):
    """Do the HTTP work of one job. Runs in a pool thread.

    :param Job job: what to send
    :param cloud_client.CloudClient client: bound to the account of the job
    :param MediaIds media_ids: what this sender has uploaded
    :rtype: Outcome
    """
    media_ids = media_ids or MediaIds()
    media_id = sent_as = None
    try:
        try:
            content, media_id, sent_as = _with_file(job, client, media_ids)
            content = _with_more_files(job, client, media_ids, content)
        except cloud_client.OutcomeUnknown as error:
            # a file that may have arrived harms nobody: the message itself has not left
            return Outcome(job, "not_sent", text=str(error))
        result = _send(job, client, content)
    except cloud_client.ApiError as error:
        if _is_stale(job, media_id, error):
            for upload in (job.upload, *job.more):
                media_ids.forget(upload.key(job.channel_id))
            return Outcome(job, "stale_media", error=error.error, http_status=error.http_status)
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
        sent_as=sent_as,
    )


def _send(job, client, content):
    """Send the message; where Meta refuses one of the two names of a kind of message, with the other."""
    to = Identity(wa_id=job.wa_id, user_id=job.user_id)

    def request(body):
        return outbound.request(body, to, reply_to=job.reply_to, callback_data=job.uuid)

    try:
        return client.send(job.phone_number_id, request(content))
    except cloud_client.ApiError as error:
        other = outbound.other_spelling(content) if error.error.code in (100, 131009) else None
        if not other:
            raise
    return client.send(job.phone_number_id, request(other))


def _is_stale(job, media_id, error):
    """Tell whether Meta may have refused the message because it has forgotten a file that was not uploaded for it."""
    used_old = job.upload and not media_id and job.attempts <= STALE_TRIES
    return bool(used_old and error.error.code in STALE_MEDIA)


class Sender:
    """Keeps the pool of one lane full. Used by one thread only (its runner)."""

    MUST_FINISH = True  # a request that left has a result, which must be written
    BROKEN = "Sending broke off inside Odoo; the server's log tells more."

    def __init__(self, lane):
        self.lane = lane
        self.size = POOL_SIZE[lane]
        self._pool = None
        self._futures = {}
        self._begun = {}  # future -> when it was handed over, oldest first
        self._clients = {}
        self._media_ids = MediaIds()
        self._starved = False

    @property
    def busy(self):
        """Whether requests are under way."""
        return bool(self._futures)

    @property
    def _is_slow(self):
        """Whether the oldest request has been under way for a while."""
        return time.monotonic() - next(iter(self._begun.values()), time.monotonic()) > SLOW_SECONDS

    def wait(self):
        """Wait for a result, then a moment for those that come with it; not so long that new work waits."""
        done, pending = wait(self._futures, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
        if done and pending:
            time.sleep(GATHER_SECONDS)

    def step(self, registry, make_env, runner_id):
        """Write results, claim what there is room for, hand it over; tells whether anything moved."""
        moved = self.collect(registry, make_env)
        room = int(self.size * (1 if self._is_slow else CLAIM_AHEAD)) - len(self._futures)
        # claims in handfuls: a claim costs the same for one message as for fifty
        if room >= self.size // 4 or not self._futures:
            claimed = self._claim(registry, make_env, runner_id, room)
            moved = moved or claimed
            if not claimed and self._starved:
                # there is work, but the number's rate is used up: tokens drip in by the millisecond
                time.sleep(STARVED_SECONDS)
                return True
        return moved

    def _claim(self, registry, make_env, runner_id, room):
        with registry.cursor() as cr:
            env = make_env(cr)
            env["whatsapp.lane"]._read_committed()
            jobs, self._starved = env["whatsapp.chat.message"]._claim(self.lane, runner_id, room)
        # leaving the block committed the rows as "sending"; only now may requests leave
        if jobs:
            settled = [outcome for job in jobs if (outcome := self._submit(job, registry, make_env))]
            if settled:
                self._write(registry, make_env, settled)
        return bool(jobs)

    def _submit(self, job, registry, make_env):
        """Hand a job to the pool; returns its outcome where it cannot leave at all, else None."""
        if job.refusal:
            return Outcome(job, "refused", text=job.refusal)
        try:
            client = self._client_for(job.account_id, registry, make_env)
            future = self._executor().submit(perform, job, client, self._media_ids)
            self._futures[future] = job
            self._begun[future] = time.monotonic()
        except (UserError, ValueError) as error:
            return Outcome(job, "no_credentials", text=str(error))
        except Exception as error:  # noqa: BLE001 - the database or the process is going away: nothing has left
            return Outcome(job, "not_sent", text=str(error))
        return None

    def _client_for(self, account_id, registry, make_env):
        """Return the pooled HTTP client of an account; credentials are read again every few minutes.

        :raises UserError: the account has no usable credentials
        """
        made_at, client = self._clients.get(account_id, (0, None))
        if client is None or time.monotonic() - made_at > CLIENT_LIFE:
            with registry.cursor() as cr:
                client = make_env(cr)["whatsapp.business.account"].browse(account_id)._client(pool_size=self.size)
            self._clients[account_id] = (time.monotonic(), client)
        return client

    def _forget_refused(self, outcomes):
        """Drop clients whose credentials Meta refused, so that new ones are used as soon as they are entered."""
        for outcome in outcomes:
            if outcome.error and errors.classify(outcome.error, outcome.http_status).policy is Policy.REFRESH_CREDENTIALS:
                self._clients.pop(outcome.job.account_id, None)

    def collect(self, registry, make_env):
        """Write the results that are there; tells whether there were any.

        Results leave ``_futures`` only after the commit: where the database is away for a while they are
        written later, not lost.
        """
        done = [future for future in self._futures if future.done()]
        if not done:
            return False
        outcomes = [self._outcome(future) for future in done]
        self._write(registry, make_env, outcomes)
        self._forget_refused(outcomes)
        for future in done:
            del self._futures[future]
            del self._begun[future]
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

    def recover(self, registry, make_env, runner_id):
        """Settle what a sender that died has claimed."""
        with registry.cursor() as cr:
            make_env(cr)["whatsapp.chat.message"]._recover_dead(runner_id)

    def _executor(self):
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.size, thread_name_prefix=f"whatsapp.{self.lane}.http")
        return self._pool

    def close(self):
        """Let the pool's threads end."""
        if self._pool:
            self._pool.shutdown(wait=False)
