from odoo import fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.mail.tools.discuss import Store

from ..cloud_api import outbound, outbound_preview
from ..tools import canned, field_paths

MOST_SHOWN = 60


class WhatsappConversation(models.Model):
    """Canned replies, filled in for one conversation."""

    _inherit = "whatsapp.conversation"

    # ------------------------------------------------------------
    # For the client
    # ------------------------------------------------------------

    def canned_replies(self, search=""):
        """Return the replies that the user may use, filled in: favourites first, then what was used last.

        :param str search: part of a shortcut or text
        :returns: list of dicts: ``id, source, text, missing`` (variables without a value), ``buttons, files``
            (``name``, ``mimetype``), ``is_favorite, is_own``
        """
        self._check_api_access()
        Response = self.env["mail.canned.response"]
        domain = Domain("source", "ilike", search) | Domain("substitution", "ilike", search) if search else Domain.TRUE
        favourites = Response.search(domain & Domain("is_favorite", "=", True), order="source", limit=MOST_SHOWN)
        others = Response.search(
            domain & Domain("id", "not in", favourites.ids), order="last_used DESC NULLS LAST, source", limit=MOST_SHOWN
        )
        responses = (favourites | others)[:MOST_SHOWN]
        texts = self._fill_canned(responses)
        return [
            {
                "id": response.id,
                "source": response.source,
                "text": texts[response][0],
                "missing": texts[response][1],
                "buttons": response._button_titles(),
                # sudo: names of the files of a reply that the user may use
                "files": [{"name": file.name, "mimetype": file.mimetype} for file in response.sudo().attachment_ids],
                "is_favorite": response.is_favorite,
                "is_own": response.create_uid == self.env.user,
            }
            for response in responses
        ]

    def canned_reply(self, response_id):
        """Return one reply to be sent: filled in, with copies of its files that belong to the user's message.

        :returns: ``text``, ``missing``, ``buttons``, ``attachments`` (IDs) and ``store_data``
        """
        self._check_api_access()
        response = self.env["mail.canned.response"].browse(response_id).exists()
        if not response:
            raise UserError(self.env._("This canned reply has been deleted meanwhile. Choose another one."))
        response.check_access("read")
        text, missing = self._fill_canned(response)[response]
        files = self._copy_for_message(response)
        self._note_canned_use(response)
        store = Store().add(files, extra_fields=files._get_store_ownership_fields())
        return {
            "text": text, "missing": missing, "buttons": response._button_titles(), "attachments": files.ids,
            "store_data": store.get_result(),
        }

    def canned_preview(self, response_id):
        """Return how the customer's phone would show a reply."""
        self._check_api_access()
        response = self.env["mail.canned.response"].browse(response_id)
        response.check_access("read")
        text, missing = self._fill_canned(response)[response]
        buttons = [outbound.Button(str(number), title) for number, title in enumerate(response._button_titles())]
        content = outbound.Buttons(text, buttons) if buttons else outbound.Text(text)
        shown = outbound_preview.phone(content, self._sent_labels(), self.channel_id.verified_name or self.channel_id.name)
        # sudo: the files of a reply that the user may use
        if file := response.sudo().attachment_ids[:1]:
            kind = (file.mimetype or "").partition("/")[0]
            kind = kind if kind in ("image", "video") else "document"
            shown["header"] = {"kind": kind, "url": f"/web/content/{file.id}", "filename": file.name}
        return {"phone": shown, "missing": missing}

    def _copy_for_message(self, response):
        # sudo: copies of files of a reply that the user may use; they belong to the user, as if uploaded for a message
        files = response.sudo().attachment_ids
        return files.copy({"res_model": "mail.compose.message", "res_id": 0}).sudo(False) if files else files.sudo(False)

    def _note_canned_use(self, response):
        """Remember the use, as Odoo does: not worth waiting for."""
        self.env.cr.execute(
            SQL(
                """UPDATE mail_canned_response SET last_used = %s WHERE id IN (
                       SELECT id FROM mail_canned_response WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED)""",
                fields.Datetime.now(), response.id,
            )
        )

    # ------------------------------------------------------------
    # Variables
    # ------------------------------------------------------------

    def _fill_canned(self, responses):
        """Return ``{response: (text, missing variables)}``; each variable is looked up once."""
        self.ensure_one()
        asked = dict.fromkeys(key for response in responses for key in canned.variables(response.substitution))
        records = self._canned_records() if asked else {}
        values = {(name, path): self._canned_value(*records.get(name, (None, None)), path) for name, path in asked}
        return {response: canned.fill(response.substitution, values) for response in responses}

    def _canned_records(self):
        """Return ``{variable: (record or none, path that stands for the variable alone)}``; an addon adds its own.

        Records are read with the rights of the user who writes.
        """
        self.ensure_one()
        partner = self.partner_id
        return {
            "customer": (partner, "name"),
            "contact": (self.contact_id, "display_name"),
            "agent": (self.env.user.partner_id, "name"),
            "company": (self.company_id, "name"),
            "team": (self.team_id, "name"),
            "number": (self.channel_id, "name"),
        }

    def _canned_value(self, record, default, path):
        """Return the text of a variable, or "" where there is none, or none that may be read."""
        if not record:
            return ""
        path = path or default
        try:
            field_paths.check(self.env, record._name, path)
            return field_paths.values(record, path)[record.id]
        except (AccessError, ValidationError):
            return ""
