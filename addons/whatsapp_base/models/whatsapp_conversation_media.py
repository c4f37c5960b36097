from odoo import models
from odoo.exceptions import UserError

from ..cloud_api import outbound
from ..lanes.sender import PENDING_MEDIA, pending_media
from ..tools import media_recipes, ogg_opus, pictures, voice

MEGABYTE = 1024 * 1024
# Meta, "Media", supported types: mimetype -> kind; whatever is missing here goes out as a document
MEDIA_KINDS = {
    "image/jpeg": "image", "image/png": "image",
    "video/mp4": "video", "video/3gpp": "video",
    "audio/aac": "audio", "audio/amr": "audio", "audio/mpeg": "audio", "audio/mp4": "audio", "audio/ogg": "audio",
}
MAX_BYTES = {
    "image": 5 * MEGABYTE, "video": 16 * MEGABYTE, "audio": 16 * MEGABYTE, "document": 100 * MEGABYTE, "sticker": 100 * MEGABYTE,
}
CAPTION_KINDS = ("image", "video", "document")
# as whom browsers and Odoo know the same thing
SAME_TYPES = {"audio/mp3": "audio/mpeg", "audio/x-m4a": "audio/mp4", "audio/m4a": "audio/mp4", "image/jpg": "image/jpeg"}


class WhatsappConversation(models.Model):
    """Files: what WhatsApp takes a file for, and what has to be done to it before."""

    _inherit = "whatsapp.conversation"

    def _send_attachments(self, attachments, caption=None, stickers=None, **options):
        """Queue files as media messages, one each; returns their rows.

        :param attachments: ``ir.attachment`` records
        :param str caption: text below a single image, video or document
        :param stickers: those of the attachments that go out as stickers
        """
        rows = self.env["whatsapp.chat.message"]
        for attachment, content, recipe in self._media_contents(attachments, caption, stickers):
            values = {**(options.get("values") or {}), "media_recipe": recipe}
            rows |= self._send_content(content, attachment=attachment, **{**options, "values": values})
        return rows

    def _media_contents(self, attachments, caption=None, stickers=None):
        """Return ``[(attachment, content, recipe)]``: what files go out as, see :meth:`_send_attachments`."""
        result = []
        for attachment in attachments:
            kind, recipe = self._media_plan(attachment, as_sticker=bool(stickers and attachment in stickers))
            content = outbound.Media(
                kind,
                media_id=PENDING_MEDIA,
                caption=caption if kind in CAPTION_KINDS else None,
                filename=attachment.name if kind == "document" else None,
                voice=kind == "audio" and self._is_voice(attachment, recipe),
            )
            result.append((attachment, content, recipe))
        return result

    def _file_header(self, attachment):
        """Return (header of a template, recipe or None) for a file; the lane uploads it when the message leaves."""
        kind, recipe = self._media_plan(attachment)
        return outbound.Media(kind, media_id=PENDING_MEDIA, filename=attachment.name if kind == "document" else None), recipe

    def _card_headers(self, attachments):
        """Return (headers of a carousel's cards, recipe or None) for files, in the order of their IDs."""
        files = attachments.sorted("id")
        plans = [self._media_plan(file) for file in files]
        headers = [outbound.Media(kind, media_id=pending_media(number)) for number, (kind, _recipe) in enumerate(plans)]
        return headers, next((recipe for _kind, recipe in plans if recipe), None)

    def _media_plan(self, attachment, as_sticker=False):
        """Return (kind of message, recipe of ``tools.media_recipes`` or None) for a file, or explain why it cannot go.

        :raises UserError: empty, too large, or a sticker that cannot be made
        """
        if not attachment.file_size:
            raise UserError(self.env._("“%s” is empty. WhatsApp does not take empty files.", attachment.name))
        mimetype = self._mimetype_of(attachment)
        if as_sticker:
            return "sticker", self._sticker_recipe(attachment)
        # sudo: whether it was recorded as a voice message is no secret of who may send it
        if attachment.sudo().voice_ids and (plan := self._voice_plan(attachment, mimetype)):
            return plan
        kind = MEDIA_KINDS.get(mimetype, "document")
        recipe = None
        if mimetype.startswith("image/") and (kind == "document" or attachment.file_size > MAX_BYTES["image"]):
            found = pictures.shape(attachment.raw) if attachment.file_size <= pictures.MAX_SOURCE else None
            if found and not found.animated:
                return "image", media_recipes.PHOTO
            kind = "document"
        if attachment.file_size > MAX_BYTES[kind]:
            kind = "document"
        if attachment.file_size > MAX_BYTES[kind]:
            raise UserError(
                self.env._(
                    "“%(name)s” has %(size)d MB. WhatsApp takes files of up to %(limit)d MB; send a link instead.",
                    name=attachment.name,
                    size=attachment.file_size / MEGABYTE,
                    limit=MAX_BYTES[kind] / MEGABYTE,
                )
            )
        return kind, recipe

    def _mimetype_of(self, attachment):
        mimetype = (attachment.mimetype or "").split(";")[0].strip().lower()
        return SAME_TYPES.get(mimetype, mimetype)

    def _upload_mimetype(self, attachment):
        """Return as what Meta gets a file: pictures, sound and films that it does not know are just bytes to it."""
        mimetype = self._mimetype_of(attachment)
        is_unknown = mimetype.startswith(("image/", "audio/", "video/")) and mimetype not in (*MEDIA_KINDS, "image/webp")
        return "application/octet-stream" if is_unknown else mimetype

    def _sticker_recipe(self, attachment):
        """Return what makes a sticker of a picture: nothing where it is one."""
        found = pictures.shape(attachment.raw) if attachment.file_size <= pictures.MAX_SOURCE else None
        if found and pictures.is_sticker(attachment.raw, found):
            return None
        if not found:
            raise UserError(
                self.env._("“%s” is no picture that could become a sticker. Choose a WebP, PNG or JPEG picture.", attachment.name)
            )
        if found.animated:
            raise UserError(
                self.env._(
                    "“%s” moves. A moving sticker must be WebP of 512 by 512 pixels and at most 500 KB; choose another file.",
                    attachment.name,
                )
            )
        return media_recipes.STICKER

    def _voice_plan(self, attachment, mimetype):
        """Return the plan for a recording, or None where this server cannot make a voice message of it.

        What browsers record as Opus only needs another container: that is done at once, so that colleagues hear what
        the customer hears. Everything else is left to a converter, in the lane.
        """
        if attachment.file_size > MAX_BYTES["audio"]:
            return None
        try:
            data = ogg_opus.to_voice(attachment.raw)
        except ogg_opus.NotOpus:
            return ("audio", media_recipes.VOICE) if voice.converter() else None
        if data != attachment.raw or mimetype != "audio/ogg":
            # sudo: the author's own recording; only its container changes
            attachment.sudo().write(
                {"raw": data, "mimetype": "audio/ogg", "name": f"{attachment.name.rpartition('.')[0] or attachment.name}.ogg"}
            )
        return "audio", None

    def _is_voice(self, attachment, recipe):
        # sudo: as in _media_plan
        return recipe == media_recipes.VOICE or bool(attachment.sudo().voice_ids and ogg_opus.is_voice(attachment.raw))

    def _takes_caption(self, attachment, text, as_sticker=False):
        """Tell whether a text can go out as the caption of a file."""
        return self._media_plan(attachment, as_sticker)[0] in CAPTION_KINDS and len(text) <= 1024
