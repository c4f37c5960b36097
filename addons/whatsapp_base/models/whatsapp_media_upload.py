from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

LIFE = timedelta(days=29)  # Meta, "Media": the ID of an uploaded file lives 30 days


class WhatsappMediaUpload(models.Model):
    """A file that Meta has: the next message of the same number with the same file needs no upload."""

    _name = "whatsapp.media.upload"
    _description = "WhatsApp Uploaded File"
    _rec_name = "media_id"
    _order = "id desc"

    channel_id = fields.Many2one("whatsapp.channel", "Number", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="channel_id.company_id")
    checksum = fields.Char(required=True)
    recipe = fields.Char(help="What was done to the file before.")
    media_id = fields.Char("Media ID", required=True)
    uploaded_at = fields.Datetime(required=True)

    _file_unique = models.UniqueIndex("(channel_id, checksum, recipe)", "This file is known already.")

    @api.model
    def _known(self, message_ids):
        """Return ``{message ID: media ID}`` of messages whose file Meta has."""
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT ON (m.id) m.id, u.media_id
                     FROM whatsapp_chat_message m
                     JOIN whatsapp_chat_message_attachment_rel r ON r.whatsapp_chat_message_id = m.id
                     JOIN ir_attachment a ON a.id = r.ir_attachment_id
                     JOIN whatsapp_media_upload u ON u.channel_id = m.channel_id AND u.checksum = a.checksum
                                                 AND u.recipe = COALESCE(m.media_recipe, '')
                    WHERE m.id = ANY(%s) AND u.uploaded_at > %s
                    ORDER BY m.id, a.id""",
                list(message_ids), fields.Datetime.now() - LIFE,
            )
        )
        return dict(rows)

    @api.model
    def _remember(self, uploads):
        """Keep the IDs of files that were uploaded.

        :param dict uploads: media ID by (channel ID, checksum, recipe)
        """
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """INSERT INTO whatsapp_media_upload (channel_id, checksum, recipe, media_id, uploaded_at)
                   VALUES %s ON CONFLICT (channel_id, checksum, recipe)
                   DO UPDATE SET media_id = EXCLUDED.media_id, uploaded_at = EXCLUDED.uploaded_at""",
                SQL(", ").join(SQL("(%s, %s, %s, %s, %s)", *key, media_id, now) for key, media_id in sorted(uploads.items())),
            )
        )

    @api.model
    def _forget(self, keys):
        """Drop IDs that Meta no longer knows, or that a person's second try must not use.

        :param keys: of (channel ID, checksum, recipe)
        """
        for key in keys:
            self.env.cr.execute(
                SQL("DELETE FROM whatsapp_media_upload WHERE channel_id = %s AND checksum = %s AND recipe = %s", *key)
            )

    @api.autovacuum
    def _gc_expired(self):
        self.env.cr.execute(SQL("DELETE FROM whatsapp_media_upload WHERE uploaded_at < %s", fields.Datetime.now() - LIFE))
