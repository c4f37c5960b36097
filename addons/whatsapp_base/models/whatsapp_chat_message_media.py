import logging
import os
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL
from odoo.tools.mimetypes import guess_mimetype

from ..cloud_api.values import as_id
from ..lanes import LOCK_RUNNER
from ..lanes.fetcher import Job

_logger = logging.getLogger(__name__)

RETRY_DELAYS = (5, 30, 120, 600, 3600, 6 * 3600)  # then every six hours, as long as Meta keeps the file
DAMAGED_TRIES = 3
CLAIM = timedelta(minutes=20)  # longer than any fetch; who dies before is noticed at once by the lock
EXPIRY = timedelta(days=7)  # Meta, "Media": how long the ID of a received file lives
# files that a browser or a desktop would run rather than show, by content and by name
REFUSED_TYPES = {
    "text/html", "application/xhtml+xml", "image/svg+xml", "application/x-msdownload", "application/x-dosexec",
    "application/vnd.microsoft.portable-executable", "application/x-sh", "application/x-msdos-program", "application/hta",
}
REFUSED_ENDINGS = {
    ".html", ".htm", ".xhtml", ".svg", ".exe", ".dll", ".scr", ".com", ".pif", ".msi", ".bat", ".cmd", ".ps1", ".vbs", ".vbe",
    ".js", ".jse", ".wsf", ".hta", ".jar", ".lnk", ".sh", ".reg", ".cpl", ".apk",
}
EXTENSIONS = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "video/mp4": ".mp4", "video/3gpp": ".3gp",
    "audio/ogg": ".ogg", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/aac": ".aac", "audio/amr": ".amr",
    "application/pdf": ".pdf",
}


class WhatsappChatMessage(models.Model):
    """Files of incoming messages: fetched after the message is visible, by the lane ``media``."""

    _inherit = "whatsapp.chat.message"

    # ------------------------------------------------------------
    # Claiming
    # ------------------------------------------------------------

    @api.model
    def _claim_fetches(self, runner_id, room):
        """Return up to ``room`` :class:`lanes.fetcher.Job` that nobody else will do; commit before they start."""
        rows = self.env.execute_query(
            SQL(
                # materialized: a plan that looked at the subquery twice would claim more than there is room for
                """WITH due AS MATERIALIZED (
                       SELECT id FROM whatsapp_chat_message
                        WHERE media_state = 'pending' AND COALESCE(media_next_try_at, '-infinity') <= now() AT TIME ZONE 'utc'
                        ORDER BY media_next_try_at NULLS FIRST, id LIMIT %s FOR UPDATE SKIP LOCKED)
                   UPDATE whatsapp_chat_message m
                      SET media_attempts = COALESCE(m.media_attempts, 0) + 1, claimed_by = %s,
                          media_next_try_at = (now() AT TIME ZONE 'utc') + %s
                     FROM due WHERE m.id = due.id RETURNING m.id""",
                room, runner_id, CLAIM,
            )
        )
        messages = self.browse(sorted(row[0] for row in rows))
        messages.invalidate_recordset(flush=False)
        return [message._file_job() for message in messages]

    def _file_job(self):
        content = self._raw().get(self._raw().get("type"))
        return Job(
            self.id,
            "file",
            account_id=self.channel_id.account_id.id,
            phone_number_id=self.channel_id.phone_number_id,
            media_ref=self.media_ref or "",
            sha256=as_id(content.get("sha256")) if isinstance(content, dict) else None,
            max_bytes=self.env["res.config.settings"]._whatsapp_media_max_bytes(),
        )

    @api.model
    def _free_dead_fetches(self, own_runner_id):
        """Let others fetch what somebody who died has claimed: nothing was lost but a request."""
        holders = self.env.execute_query(
            SQL(
                """SELECT DISTINCT claimed_by FROM whatsapp_chat_message
                    WHERE (media_state = 'pending' OR has_extras) AND claimed_by IS NOT NULL AND claimed_by <> %s""",
                own_runner_id,
            )
        )
        for (runner_id,) in holders:
            [[is_dead]] = self.env.execute_query(SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK_RUNNER, runner_id))
            if is_dead:
                self.env.cr.execute(
                    SQL(
                        """UPDATE whatsapp_chat_message SET claimed_by = NULL, media_next_try_at = NULL
                            WHERE (media_state = 'pending' OR has_extras) AND claimed_by = %s""",
                        runner_id,
                    )
                )
                self.invalidate_model(["claimed_by", "media_next_try_at"], flush=False)

    # ------------------------------------------------------------
    # Results
    # ------------------------------------------------------------

    @api.model
    def _apply_found(self, found):
        """Write what became of a job.

        :param found: :class:`lanes.fetcher.Found`
        """
        self.env["whatsapp.lane"]._read_committed()
        message = self.browse(found.job.id).exists()
        if not message:
            return
        if found.job.kind != "file":
            message._apply_extras(found)
        elif found.problem:
            message._media_failed(found.problem, found.text)
        else:
            message._media_fetched(found.data, found.mimetype)

    def _still_wanted(self):
        """Lock the message and tell whether its file is still waited for: it may be deleted, or fetched by now."""
        self.env.flush_all()
        wanted = self.env.execute_query(
            SQL("SELECT id FROM whatsapp_chat_message WHERE id = %s AND media_state = 'pending' FOR NO KEY UPDATE", self.id)
        )
        self.invalidate_recordset(flush=False)
        return bool(wanted)

    def _media_failed(self, problem, text=""):
        """Set the next try, or give up and say so in the thread.

        :param str problem: see :class:`lanes.fetcher.Found`
        :param str text: for the server's log
        """
        self.ensure_one()
        if not self._still_wanted():
            return
        if self._media_expired():
            problem = "expired"
        if problem == "later" or (problem == "damaged" and self.media_attempts < DAMAGED_TRIES):
            delay = RETRY_DELAYS[min(max(self.media_attempts, 1), len(RETRY_DELAYS)) - 1]
            self.write({"claimed_by": False, "media_next_try_at": fields.Datetime.now() + timedelta(seconds=delay)})
            return
        _logger.warning("WhatsApp media of message %s given up: %s %s", self.id, problem, text)
        self.write({"claimed_by": False, "media_state": "failed", "media_error": self._media_reason(problem)})
        self._show_again()

    def _media_reason(self, problem):
        """Return why there is no file, in words for agents."""
        limit = self.env["res.config.settings"]._whatsapp_media_max_bytes() // (1024 * 1024)
        return {
            "gone": self.env._("WhatsApp no longer has this file."),
            "expired": self.env._("This file could not be fetched within the 7 days that WhatsApp keeps it."),
            "large": self.env._("This file is larger than %s MB.", limit),
            "damaged": self.env._("This file arrived damaged, several times."),
        }[problem]

    def _media_expired(self):
        return max(self.sent_on, self.create_date) + EXPIRY < fields.Datetime.now()

    def _media_fetched(self, data, declared):
        """Check a file, attach it to the message and show it."""
        self.ensure_one()
        guessed = guess_mimetype(data, default=declared or "application/octet-stream")
        # container formats are guessed coarsely ("application/zip"): Meta's word is better there
        mimetype = declared if declared and guessed in ("application/octet-stream", "application/zip", "text/plain") else guessed
        name = self._media_filename(mimetype)
        reason = self._refuse_media(name, {guessed, declared}) or self._scan_media(data, mimetype)
        if reason:
            if self._still_wanted():
                self.write({"claimed_by": False, "media_state": "refused", "media_error": str(reason)[:255]})
                self._show_again()
            return
        channel = self.conversation_id.discuss_channel_id
        attachment = self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": data,
                "mimetype": mimetype,
                "res_model": "discuss.channel" if channel else False,
                "res_id": channel.id,
            }
        )
        if not self._still_wanted():
            attachment.unlink()
            return
        if self.type == "voice":
            attachment._set_voice_metadata()
        self.write(
            {"claimed_by": False, "media_state": "done", "media_error": False, "attachment_ids": [fields.Command.link(attachment.id)]}
        )
        if self.mail_message_id:
            self.mail_message_id.attachment_ids = [fields.Command.link(attachment.id)]
        self._show_again()

    def _refuse_media(self, name, types):
        """Return why a file of this kind is not stored, or False."""
        ending = os.path.splitext(name)[1].lower()
        if bad := types & REFUSED_TYPES:
            return self.env._("Files of type %s are not stored: opening one could run a program.", min(bad))
        if ending in REFUSED_ENDINGS:
            return self.env._("Files of type %s are not stored: opening one could run a program.", ending)
        return False

    @api.model
    def _scan_media(self, data, mimetype):
        """Hook for virus scanners: return why a file must not be stored, or False.

        Called by the lane for each file before anything of it is stored, with no lock held, so it may take its time.
        What it raises counts as a failed try: the file is fetched and scanned again later, never stored unseen.

        :param bytes data: the file
        :param str mimetype: as found by its content
        """
        return False

    def action_fetch_again(self):
        """Fetch a file again that could not be fetched, because a person says so."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("whatsapp_base.group_whatsapp_agent"):
            raise AccessError(self.env._("Only WhatsApp agents can fetch files. Ask an administrator for the role."))
        # sudo: agents may not write messages; they may ask for the file of one that they see
        message = self.sudo()
        if message.media_state != "failed" or message.deleted_at:
            raise UserError(self.env._("There is no file to fetch for this message."))
        if message._media_expired():
            raise UserError(self.env._("WhatsApp keeps files for 7 days only. Ask the customer to send it again."))
        message.write({"media_state": "pending", "media_error": False, "media_attempts": 0, "media_next_try_at": False})
        message._show_again()
        self.env["whatsapp.lane"]._wake("media")

    def _media_filename(self, mimetype):
        name = (self.payload_value("document", "filename") or "").replace("/", "_").replace("\\", "_")
        # the ending says what a desktop does with it: it is not what is cut off
        stem, ending = os.path.splitext("".join(c for c in name if c.isprintable()).strip())
        return f"{stem[:150]}{ending[:20]}" if stem else f"{self.type}-{self.id}{EXTENSIONS.get(mimetype, '')}"
