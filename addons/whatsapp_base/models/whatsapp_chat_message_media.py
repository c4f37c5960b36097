import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL
from odoo.tools.mimetypes import guess_mimetype

from ..cloud_api import client as cloud_client

_logger = logging.getLogger(__name__)

MAX_BYTES = 100 * 1024 * 1024  # Meta, "Media": larger files cannot be fetched
RETRY_DELAYS = (5, 30, 120, 600, 3600, 6 * 3600)
EXPIRY = timedelta(days=7)  # Meta, "Media": how long the ID of a received file lives
# files that a browser would run rather than show
REFUSED_TYPES = ("text/html", "application/xhtml+xml", "image/svg+xml", "application/x-msdownload", "application/x-sh")
EXTENSIONS = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "video/mp4": ".mp4", "video/3gpp": ".3gp",
    "audio/ogg": ".ogg", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/aac": ".aac", "audio/amr": ".amr",
    "application/pdf": ".pdf",
}


class WhatsappChatMessage(models.Model):
    """Files of incoming messages: fetched after the message is visible, by the ``media`` lane."""

    _inherit = "whatsapp.chat.message"

    @api.model
    def _fetch_media(self):
        """Fetch one file; tells whether there was one to fetch. Ends its transaction.

        The row is reserved by moving its next try, committed, and only then is Meta called: nothing is locked
        meanwhile, and a process that dies leaves a row that is tried again. Storing twice is prevented by state.
        """
        row = self._reserve_media()
        self.env.cr.commit()
        if not row:
            return False
        try:
            client = row.channel_id.account_id._client(pool_size=2)
            phone_number_id, media_ref = row.channel_id.phone_number_id, row.media_ref
            self.env.cr.commit()
            info = client.media_info(media_ref, phone_number_id)
            data, mimetype = client.download(info["url"], MAX_BYTES)
        except Exception as error:  # noqa: BLE001 - any failure is a try; the message itself is safe
            self.env.cr.rollback()
            row._media_failed(error)
            self.env.cr.commit()
            return True
        row._media_fetched(data, (info.get("mime_type") or mimetype or "").split(";")[0].strip())
        self.env.cr.commit()
        return True

    def _reserve_media(self):
        rows = self.env.execute_query(
            SQL(
                """UPDATE whatsapp_chat_message SET media_attempts = COALESCE(media_attempts, 0) + 1,
                          media_next_try_at = (now() AT TIME ZONE 'utc') + interval '10 minutes'
                    WHERE id = (SELECT id FROM whatsapp_chat_message
                                 WHERE media_state = 'pending' AND (direction = 'inbound' OR origin = 'echo')
                                   AND COALESCE(media_next_try_at, '-infinity') <= now() AT TIME ZONE 'utc'
                                 ORDER BY media_next_try_at NULLS FIRST, id LIMIT 1 FOR UPDATE SKIP LOCKED)
                RETURNING id"""
            )
        )
        row = self.browse([row[0] for row in rows])
        row.invalidate_recordset(flush=False)
        return row

    def _media_failed(self, error):
        """Set the next try, or give up and say so in the thread."""
        self.ensure_one()
        is_gone = isinstance(error, cloud_client.ApiError) and error.http_status == 404
        expired = self.sent_on + EXPIRY < fields.Datetime.now()
        final = is_gone or expired or self.media_attempts > len(RETRY_DELAYS)
        self.media_error = str(error)[:255]
        if final:
            self.media_state = "failed"
            self._show_again()
            _logger.warning("WhatsApp media of message %s given up", self.id)
        else:
            delay = RETRY_DELAYS[self.media_attempts - 1]
            self.media_next_try_at = fields.Datetime.now() + timedelta(seconds=delay)

    def _media_fetched(self, data, declared):
        """Check a file, attach it to the message and show it."""
        self.ensure_one()
        guessed = guess_mimetype(data, default=declared or "application/octet-stream")
        if guessed in REFUSED_TYPES or declared in REFUSED_TYPES:
            self.media_state = "refused"
            self.media_error = self.env._("Files of type %s are not stored.", guessed)
            self._show_again()
            return
        reason = self._scan_media(data, guessed)
        if reason:
            self.media_state = "refused"
            self.media_error = reason
            self._show_again()
            return
        # container formats are guessed coarsely ("application/zip"): Meta's word is better there
        mimetype = declared if declared and guessed in ("application/octet-stream", "application/zip", "text/plain") else guessed
        channel = self.conversation_id.discuss_channel_id
        attachment = self.env["ir.attachment"].create(
            {
                "name": self._media_filename(mimetype),
                "raw": data,
                "mimetype": mimetype,
                "res_model": "discuss.channel" if channel else False,
                "res_id": channel.id,
            }
        )
        if self.type == "voice":
            attachment._set_voice_metadata()
        self.write({"media_state": "done", "media_error": False, "attachment_ids": [fields.Command.link(attachment.id)]})
        if self.mail_message_id:
            self.mail_message_id.attachment_ids = [fields.Command.link(attachment.id)]
        self._show_again()

    @api.model
    def _scan_media(self, data, mimetype):
        """Hook for virus scanners: return why a file must not be stored, or False.

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
        if message.sent_on + EXPIRY < fields.Datetime.now():
            raise UserError(self.env._("WhatsApp keeps files for 7 days only. Ask the customer to send it again."))
        message.write({"media_state": "pending", "media_error": False, "media_attempts": 0, "media_next_try_at": False})
        message._show_again()
        self.env["whatsapp.lane"]._wake("media")

    def _media_filename(self, mimetype):
        name = (self.payload_value("document", "filename") or "").replace("/", "_").replace("\\", "_")[:150]
        return name or f"{self.type}-{self.id}{EXTENSIONS.get(mimetype, '')}"
