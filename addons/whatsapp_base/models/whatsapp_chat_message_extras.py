import re

from lxml import html

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.mimetypes import guess_mimetype

from odoo.addons.mail.tools.discuss import Store

from ..lanes.fetcher import Job

MAX_LINKS = 5  # as Odoo shows them
MAX_PICTURE = 5 * 1024 * 1024
PICTURE_TYPES = ("image/jpeg", "image/png", "image/webp")


class WhatsappChatMessage(models.Model):
    """What is nice to have with an incoming message: previews of its links, the picture of the advertisement.

    Both lie on machines of strangers, so they are fetched by the lane ``media`` through the guarded client, once, and
    their absence harms nobody.
    """

    _inherit = "whatsapp.chat.message"

    has_extras = fields.Boolean(help="Link previews or a picture of an advertisement are to be fetched.")
    referral_image_id = fields.Many2one("ir.attachment", "Picture of the Ad", ondelete="set null", copy=False)

    _extras_idx = models.Index("(id) WHERE has_extras")

    @api.model
    def _may_have_extras(self, message):
        """Tell whether there is something to fetch with an incoming message; costs nothing for most."""
        if message.referral and _picture_url(message.referral.raw):
            return True
        text = getattr(message.content, "body", None) or getattr(message.content, "caption", None) or ""
        return "://" in text and self.env["mail.link.preview"]._is_link_preview_enabled()

    @api.model
    def _claim_fetches(self, runner_id, room):
        jobs = super()._claim_fetches(runner_id, room)
        if room > len(jobs):
            rows = self.env.execute_query(
                SQL(
                    """WITH due AS MATERIALIZED (
                           SELECT id FROM whatsapp_chat_message
                            WHERE has_extras AND claimed_by IS NULL AND media_state IS DISTINCT FROM 'pending'
                            ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
                       UPDATE whatsapp_chat_message m SET claimed_by = %s FROM due WHERE m.id = due.id RETURNING m.id""",
                    room - len(jobs), runner_id,
                )
            )
            messages = self.browse(sorted(row[0] for row in rows))
            messages.invalidate_recordset(["claimed_by"], flush=False)
            jobs += [message._extras_job() for message in messages]
        return jobs

    def _extras_job(self):
        Preview = self.env["mail.link.preview"]
        known = self._previews_of(urls := self._links())
        return Job(
            self.id,
            "extras",
            picture=None if self.deleted_at or self.referral_image_id else _picture_url(self._raw().get("referral")),
            max_bytes=MAX_PICTURE,
            links=tuple(url for url in urls if url not in known and not Preview._is_domain_thottled(url)),
        )

    def _links(self):
        """Return the links of the text that are worth a preview: not those into this Odoo."""
        body = self.mail_message_id.body
        if not body or self.deleted_at or not self.env["mail.link.preview"]._is_link_preview_enabled():
            return []
        base = re.escape(self.get_base_url().rstrip("/"))
        own = re.compile(rf"{base}/(odoo|web|chat)(/|$|#|\?)")
        urls = dict.fromkeys(html.fromstring(str(body)).xpath("//a[not(@data-oe-model)]/@href"))
        return [url for url in urls if url.startswith(("https://", "http://")) and not own.match(url)][:MAX_LINKS]

    def _previews_of(self, urls):
        return {preview.source_url: preview for preview in self.env["mail.link.preview"].search([("source_url", "in", urls)])}

    def _apply_extras(self, found):
        """Write a picture and previews, and tell who looks on."""
        self.env.cr.execute(SQL("SELECT id FROM whatsapp_chat_message WHERE id = %s FOR NO KEY UPDATE", self.id))
        self.invalidate_recordset(flush=False)
        self.write({"claimed_by": False, "has_extras": False})
        if self.deleted_at or found.problem:
            return
        self._apply_picture(found.data)
        self._apply_previews(found.previews)

    def _apply_picture(self, data):
        mimetype = guess_mimetype(data) if data else ""
        if mimetype not in PICTURE_TYPES or self._scan_media(data, mimetype):
            return
        channel = self.conversation_id.discuss_channel_id
        self.referral_image_id = self.env["ir.attachment"].create(
            {"name": "ad", "raw": data, "mimetype": mimetype, "res_model": "discuss.channel", "res_id": channel.id}
        )
        self._show_again()

    def _apply_previews(self, previews):
        message = self.mail_message_id
        urls = self._links()
        if not message or not urls:
            return
        known = self._previews_of(urls)
        fresh = {values["source_url"]: values for values in previews if values["source_url"] in urls}
        for url in fresh.keys() - known.keys():
            values = {key: value if isinstance(value, str) else None for key, value in fresh[url].items()}
            known[url] = self.env["mail.link.preview"].create(values)
        linked = message.message_link_preview_ids.link_preview_id
        self.env["mail.message.link.preview"].create(
            [
                {"sequence": index, "link_preview_id": known[url].id, "message_id": message.id}
                for index, url in enumerate(urls)
                if url in known and known[url] not in linked
            ]
        )
        Store(bus_channel=self.conversation_id.discuss_channel_id).add(message, "message_link_preview_ids").bus_send()

    def _shown_origin(self, content, raw):
        shown = super()._shown_origin(content, raw)
        if "referral" in shown:
            shown["referral"]["image"] = self.referral_image_id.id
        return shown

    def _revoke(self, at):
        self.referral_image_id.unlink()
        self.has_extras = False
        return super()._revoke(at)


def _picture_url(referral):
    """Return the address of an advertisement's picture, or None."""
    if not isinstance(referral, dict):
        return None
    urls = (referral.get("image_url"), referral.get("thumbnail_url"))
    return next((url for url in urls if isinstance(url, str) and url.startswith("https://") and len(url) < 4096), None)
