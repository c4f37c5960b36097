import json
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..cloud_api import errors
from ..lanes import LOCK_RUNNER
from ..lanes.sender import PENDING_MEDIA, Job, Upload
from .whatsapp_chat_message_status import FINAL, RANKS

_logger = logging.getLogger(__name__)

# failures to reach Meta at all, in a row, after which a number rests, and for how long (seconds)
BREAKER_FAILURES = 5
BREAKER_PAUSE = 15
# rules of ours that forbid a message which was queued when it was still allowed
WINDOW_CLOSED = 131047
BLOCKED_HERE = "blocked"
TEMPLATE_STOPPED = "template"
NOT_SENT_DELAYS = (2, 5, 15, 60, 300, 900)


class WhatsappChatMessage(models.Model):
    """The outbox: claims, results, retries. The HTTP work is in ``lanes.sender``."""

    _inherit = "whatsapp.chat.message"

    @api.model
    def _claim(self, lane, runner_id, room):
        """Claim up to ``room`` messages of a lane for a sender; the caller commits before anything leaves.

        Takes the oldest of the most urgent ones of each number, as its rate allows; of a conversation only the
        first that is due, so that order is kept.

        :param int runner_id: who claims; see ``lanes.duty``
        :returns: (list of :class:`lanes.sender.Job`, whether a number's rate held messages back)
        """
        jobs, starved = [], False
        for channel_id, rate, reserve in self._channels_with_work(lane):
            wanted = min(room - len(jobs), self._queued_count(channel_id, lane, room))
            if wanted <= 0:
                continue
            buckets = self.env["whatsapp.channel.rate"]
            keep = reserve / 100 if lane == "bulk" else 0
            granted = buckets._take(channel_id, wanted, rate, keep)
            starved = starved or granted < wanted
            if not granted:
                continue
            rows = self._claim_rows(channel_id, lane, runner_id, granted)
            buckets._give_back(channel_id, granted - len(rows))
            with_file = [row["id"] for row in rows if row["has_upload"]]
            known = self.env["whatsapp.media.upload"]._known(with_file) if with_file else {}
            jobs += [self._make_job(row, known.get(row["id"])) for row in rows]
        return jobs, starved

    def _channels_with_work(self, lane):
        """Return rows (channel id, messages a second, percentage kept for replies) of numbers that may send."""
        return self.env.execute_query(
            SQL(
                """SELECT c.id, c.send_rate, c.reply_reserve FROM whatsapp_channel c
                    WHERE (c.paused_until IS NULL OR c.paused_until <= now() AT TIME ZONE 'utc')
                      AND (%(lane)s <> 'bulk' OR c.bulk_paused_until IS NULL
                           OR c.bulk_paused_until <= now() AT TIME ZONE 'utc')
                      AND EXISTS (SELECT 1 FROM whatsapp_chat_message q
                                   WHERE q.channel_id = c.id AND q.lane = %(lane)s AND q.state = 'queued' AND %(due)s)""",
                lane=lane, due=self._due("q"),
            )
        )

    def _due(self, alias):
        return SQL(
            """COALESCE(%(a)s.next_try_at, '-infinity') <= now() AT TIME ZONE 'utc'
               AND COALESCE(%(a)s.scheduled_at, '-infinity') <= now() AT TIME ZONE 'utc'""",
            a=SQL.identifier(alias),
        )

    def _queued_count(self, channel_id, lane, limit):
        [[count]] = self.env.execute_query(
            SQL(
                """SELECT count(*) FROM (SELECT 1 FROM whatsapp_chat_message q WHERE q.channel_id = %s AND q.lane = %s
                                            AND q.state = 'queued' AND %s LIMIT %s) AS due""",
                channel_id, lane, self._due("q"), limit,
            )
        )
        return count

    def _claim_rows(self, channel_id, lane, runner_id, limit):
        self.env.cr.execute(
            SQL(
                """WITH head AS (
                       SELECT q.id FROM whatsapp_chat_message q
                        WHERE q.channel_id = %(channel)s AND q.lane = %(lane)s AND q.state = 'queued' AND %(due)s
                          AND NOT EXISTS (
                              SELECT 1 FROM whatsapp_chat_message b
                               WHERE b.conversation_id = q.conversation_id AND b.id < q.id
                                 AND b.state IN ('queued', 'sending') AND b.priority <= q.priority
                                 AND (b.scheduled_at IS NULL OR b.scheduled_at <= now() AT TIME ZONE 'utc'))
                        ORDER BY q.priority, q.id LIMIT %(limit)s FOR UPDATE OF q SKIP LOCKED)
                   UPDATE whatsapp_chat_message m
                      SET state = 'sending', claimed_by = %(runner)s, attempts = COALESCE(m.attempts, 0) + 1
                     FROM head, whatsapp_contact c, whatsapp_channel n, whatsapp_conversation v
                    WHERE m.id = head.id AND c.id = m.contact_id AND n.id = m.channel_id AND v.id = m.conversation_id
                RETURNING m.id, m.uuid, m.channel_id, m.contact_id, n.account_id, n.phone_number_id, c.wa_id, c.bsuid,
                          m.attempts, m.payload, m.reply_to_wamid, m.type,
                          COALESCE(c.blocked, FALSE) AS blocked,
                          COALESCE(v.window_expires_at > now() AT TIME ZONE 'utc', FALSE) AS window_open,
                          COALESCE(m.media_ref = %(pending)s, FALSE) AS has_upload,
                          (SELECT t.state FROM whatsapp_message_template_translation t
                            WHERE t.id = m.template_translation_id AND t.is_sendable IS NOT TRUE) AS stopped""",
                channel=channel_id, lane=lane, runner=runner_id, limit=limit, due=self._due("q"),
                pending=PENDING_MEDIA,
            )
        )
        rows = self.env.cr.dictfetchall()
        self.browse([row["id"] for row in rows]).invalidate_recordset(["state", "attempts", "claimed_by"], flush=False)
        return sorted(rows, key=lambda row: row["id"])

    def _make_job(self, row, media_id=None):
        refusal = None
        if row["blocked"]:
            refusal = BLOCKED_HERE
        elif row["type"] != "template" and not row["window_open"]:
            refusal = "window"
        elif row["stopped"]:
            refusal = TEMPLATE_STOPPED
        return Job(
            id=row["id"], uuid=row["uuid"], channel_id=row["channel_id"], contact_id=row["contact_id"],
            account_id=row["account_id"], phone_number_id=row["phone_number_id"], wa_id=row["wa_id"],
            user_id=row["bsuid"], attempts=row["attempts"], content=json.loads(row["payload"]),
            reply_to=row["reply_to_wamid"], refusal=refusal,
            upload=self.browse(row["id"])._prepare_upload(media_id) if row["has_upload"] and not refusal else None,
            more=self.browse(row["id"])._prepare_more_uploads() if row["has_upload"] and not refusal else (),
        )

    def _prepare_upload(self, media_id=None):
        """Return the :class:`Upload` that the message needs, or None when it names a link or no file.

        :param str media_id: of the file, where Meta has it already; it is not read then
        """
        attachment = self.attachment_ids.sorted("id")[:1]
        return self._upload_of(attachment, media_id) if attachment else None

    def _prepare_more_uploads(self):
        """Return the files of the other cards of a carousel."""
        return tuple(self._upload_of(attachment) for attachment in self.attachment_ids.sorted("id")[1:])

    def _upload_of(self, attachment, media_id=None):
        mimetype = self.conversation_id._upload_mimetype(attachment)
        data = None if media_id else attachment.raw
        return Upload(attachment.id, attachment.checksum, data, mimetype, attachment.name, self.media_recipe or None, media_id)

    # ------------------------------------------------------------
    # Results
    # ------------------------------------------------------------

    @api.model
    def _apply_outcomes(self, outcomes):
        """Write what became of requests: one UPDATE, then what follows from errors.

        :param outcomes: list of :class:`lanes.sender.Outcome`
        """
        now = fields.Datetime.now()
        rows, errors_of = [], []
        for outcome in outcomes:
            values = self._outcome_values(outcome, now)
            rows.append((outcome.job, values))
            if values.get("error"):
                errors_of.append((outcome, values["error"]))
        self._write_outcomes(rows)
        for outcome, (error, http_status) in errors_of:
            self.browse(outcome.job.id)._react_to_error(error, http_status)
        self._keep_uploads(outcomes)
        self._update_breaker(outcomes)
        self._learn_recipients([outcome for outcome in outcomes if outcome.kind == "accepted"])

    def _outcome_values(self, outcome, now):
        """Return the state that an outcome leads to, with its texts and the time of the next try."""
        if outcome.kind == "accepted":
            return {"state": "accepted", "wamid": outcome.wamid, "accepted_at": now}
        if outcome.kind == "unknown":
            return {
                "state": "uncertain",
                "title": self.env._("It is not known whether this message was sent"),
                "remedy": self.env._("Ask the customer, or wait for a delivery report, before you send it again."),
                "details": outcome.text,
            }
        if outcome.kind == "stale_media":
            return {"state": "queued", "details": outcome.error.details or outcome.error.message}
        if outcome.kind == "refused":
            return self._refusal_values(outcome, now)
        if outcome.kind == "no_credentials":
            delay = timedelta(seconds=NOT_SENT_DELAYS[-1])
            return {"state": "queued", "next_try_at": now + delay, "details": outcome.text,
                    "title": self.env._("The account's access token is missing or cannot be read"),
                    "remedy": self.env._("Ask an administrator to enter it in WhatsApp settings.")}
        if outcome.kind == "not_sent":
            step = min(outcome.job.attempts, len(NOT_SENT_DELAYS)) - 1
            return {"state": "queued", "next_try_at": now + timedelta(seconds=NOT_SENT_DELAYS[step]),
                    "title": self.env._("WhatsApp could not be reached"),
                    "remedy": self.env._("It is tried again by itself."), "details": outcome.text}
        info = errors.classify(outcome.error, outcome.http_status)
        delay = errors.retry_delay(info, outcome.job.attempts)
        texts = {
            "code": outcome.error.code if outcome.error else None,
            "title": info.title, "remedy": info.remedy,
            "details": outcome.error and (outcome.error.user_message or outcome.error.details or outcome.error.message),
            "error": (outcome.error, outcome.http_status),
        }
        if delay is None:
            return {"state": "failed", "failed_at": now, **texts}
        return {"state": "queued", "next_try_at": now + timedelta(seconds=delay), **texts}

    def _refusal_values(self, outcome, now):
        if outcome.text == TEMPLATE_STOPPED:
            translation = self.browse(outcome.job.id).template_translation_id
            return self._template_refusal(translation.state, translation.rejected_reason, now)
        if outcome.text == BLOCKED_HERE:
            return {"state": "failed", "failed_at": now, "title": self.env._("This contact is blocked"),
                    "remedy": self.env._("Unblock the contact to write to them again.")}
        info = errors.ERRORS[WINDOW_CLOSED]
        return {"state": "failed", "failed_at": now, "code": info.code, "title": info.title, "remedy": info.remedy}

    def _write_outcomes(self, rows):
        """Write outcomes with one statement; a status that was faster is not taken back.

        An outcome of a try that a person has repeated meanwhile (under a new ID) changes nothing.

        :param rows: list of (:class:`lanes.sender.Job`, values)
        """
        self.env.flush_all()
        values = SQL(", ").join(
            SQL(
                "(%s, %s, %s, %s, %s::varchar, %s::timestamp, %s::timestamp, %s::timestamp,"
                " %s::int, %s::varchar, %s::varchar, %s::varchar)",
                job.id, job.uuid, v["state"], RANKS[v["state"]], v.get("wamid"), v.get("accepted_at"), v.get("failed_at"),
                v.get("next_try_at"), v.get("code"), v.get("title"), v.get("remedy"), v.get("details"),
            )
            for job, v in rows
        )
        rank = SQL("CASE m.state %s END", SQL(" ").join(SQL("WHEN %s THEN %s", *item) for item in RANKS.items()))
        result = self.env.execute_query(
            SQL(
                """WITH v (id, uuid, state, rank, wamid, accepted_at, failed_at, next_try_at, code, title, remedy, details)
                        AS (VALUES %(values)s),
                        held AS (SELECT m.id,
                                        CASE WHEN m.state IN ('sending', 'uncertain') AND v.state IN ('queued', 'held') THEN v.state
                                             WHEN m.state NOT IN %(final)s AND v.rank > %(rank)s THEN v.state
                                             ELSE m.state END AS new_state
                                   FROM whatsapp_chat_message m JOIN v ON v.id = m.id AND v.uuid = m.uuid
                                  ORDER BY m.id FOR NO KEY UPDATE OF m)
                   UPDATE whatsapp_chat_message m
                      SET state = held.new_state,
                          wamid = COALESCE(m.wamid, v.wamid),
                          accepted_at = COALESCE(m.accepted_at, v.accepted_at),
                          failed_at = COALESCE(m.failed_at, v.failed_at),
                          next_try_at = CASE WHEN held.new_state = v.state THEN v.next_try_at END,
                          error_code = CASE WHEN held.new_state = v.state THEN v.code ELSE m.error_code END,
                          error_title = CASE WHEN held.new_state = v.state THEN v.title ELSE m.error_title END,
                          error_remedy = CASE WHEN held.new_state = v.state THEN v.remedy ELSE m.error_remedy END,
                          error_details = CASE WHEN held.new_state = v.state THEN v.details ELSE m.error_details END,
                          claimed_by = NULL,
                          write_date = now() AT TIME ZONE 'utc'
                     FROM v JOIN held USING (id) WHERE m.id = v.id
                RETURNING m.id, m.conversation_id, m.mail_message_id, m.state""",
                values=values, final=FINAL, rank=rank,
            )
        )
        messages = self.browse([row[0] for row in result])
        messages.invalidate_recordset(flush=False)
        self.browse([row[0] for row in result if row[2]])._notify_states()
        if failed := [row[0] for row in result if row[3] == "failed"]:
            self.browse(failed)._on_final_failure()

    def _keep_uploads(self, outcomes):
        """Remember the files that Meta has now, forget those that it has no longer, log what went as another kind."""
        Uploads = self.env["whatsapp.media.upload"]
        if new := {o.job.upload.key(o.job.channel_id): o.media_id for o in outcomes if o.media_id and o.job.upload}:
            Uploads._remember(new)
        if stale := {o.job.upload.key(o.job.channel_id) for o in outcomes if o.kind == "stale_media"}:
            Uploads._forget(stale)
        for outcome in outcomes:
            if outcome.sent_as:
                self.browse(outcome.job.id).type = outcome.sent_as

    def _update_breaker(self, outcomes):
        """Rest a number that cannot reach Meta, so that its lane does not spend its threads on it."""
        reached = {o.job.channel_id for o in outcomes if o.kind in ("accepted", "failed")}
        missed = {}
        for outcome in outcomes:
            if outcome.kind in ("not_sent", "unknown"):
                missed[outcome.job.channel_id] = missed.get(outcome.job.channel_id, 0) + 1
        Channel = self.env["whatsapp.channel"]
        if reached:
            self.env.cr.execute(
                SQL("UPDATE whatsapp_channel SET breaker_failures = 0 WHERE id = ANY(%s) AND breaker_failures > 0", list(reached))
            )
        for channel_id, count in missed.items():
            if channel_id in reached:
                continue
            [[failures]] = self.env.execute_query(
                SQL(
                    """UPDATE whatsapp_channel SET breaker_failures = COALESCE(breaker_failures, 0) + %s
                        WHERE id = %s RETURNING breaker_failures""",
                    count, channel_id,
                )
            )
            if failures >= BREAKER_FAILURES:
                Channel.browse(channel_id)._pause(BREAKER_PAUSE, self.env._("WhatsApp cannot be reached"))

    @api.model
    def _recover_dead(self, own_runner_id):
        """Mark what a dead sender held as unclear: the request may have left, so it is never sent again by itself.

        A status that carries our ID settles it. Dead is who no longer holds the lock of its runner ID.
        """
        rows = self.env.execute_query(
            SQL("SELECT DISTINCT claimed_by FROM whatsapp_chat_message WHERE state = 'sending' AND claimed_by <> %s", own_runner_id)
        )
        for (runner_id,) in rows:
            [[is_dead]] = self.env.execute_query(SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK_RUNNER, runner_id))
            if not is_dead:
                continue
            dead = self.env.execute_query(
                SQL(
                    """UPDATE whatsapp_chat_message
                          SET state = 'uncertain', claimed_by = NULL, error_title = %s, error_remedy = %s
                        WHERE state = 'sending' AND claimed_by = %s RETURNING id""",
                    self.env._("It is not known whether this message was sent"),
                    self.env._("Ask the customer, or wait for a delivery report, before you send it again."),
                    runner_id,
                )
            )
            messages = self.browse([row[0] for row in dead])
            messages.invalidate_recordset(flush=False)
            messages._notify_states()
            _logger.warning("WhatsApp: %s message(s) of a sender that died are unclear now", len(messages))
