from odoo import models
from odoo.exceptions import UserError

MOST_TEMPLATES = 80


class WhatsappConversation(models.Model):
    """Templates in the composer: which there are, what has to be typed, how they look, and sending one.

    The dialog that sends templates from records (``whatsapp.compose.message``) does the work, so both say the same.
    """

    _inherit = "whatsapp.conversation"

    def template_choices(self, search=""):
        """Return the templates that can be sent to this customer, most useful first.

        :returns: list of dicts: ``id, name, category, language, text`` and ``needs_dialog``, for what the composer
            cannot ask for (files, cards, the end of an offer)
        """
        self._check_api_access()
        domain = [("account_id", "=", self.channel_id.account_id.id), ("is_sendable", "=", True), ("category", "!=", "AUTHENTICATION")]
        if search:
            domain += ["|", ("name", "ilike", search), ("body_text", "ilike", search)]
        templates = self.env["whatsapp.message.template"].search(domain, limit=MOST_TEMPLATES)
        choices = []
        for template in templates:
            translation = template._pick(template._language_of(self.contact_id))
            if not translation:
                continue
            choices.append(
                {
                    "id": template.id,
                    "name": template.name,
                    "category": template.category,
                    "language": translation.language,
                    "text": translation.body_text or "",
                    "needs_dialog": bool(translation._header_file_kind() or translation._card_files()[0]
                                         or translation._definition().has_expiring_offer),
                }
            )
        return sorted(choices, key=lambda choice: (choice["category"] == "MARKETING", choice["name"]))

    def template_draft(self, template_id, values=None):
        """Return what has to be typed for a template, and how the message looks with that.

        :param dict values: what was typed, by key of the lines
        :returns: ``lines`` (``key, label, example, value``), ``phone``, ``problem`` (or False)
        """
        composer = self._template_composer(template_id, values)
        return {
            "lines": [
                {"key": line.key, "label": line.label, "example": line.example or "", "value": line.value or ""}
                for line in composer.line_ids
            ],
            "phone": composer.preview,
            "problem": composer.problem or False,
        }

    def send_template_draft(self, template_id, values=None):
        """Send a template with what was typed.

        :raises UserError: something is missing; says what
        """
        self._template_composer(template_id, values, stored=True).action_send()
        return True

    def _template_composer(self, template_id, values, stored=False):
        self._check_api_access()
        if values is not None and not isinstance(values, dict):
            raise UserError(self.env._("The values of a template must be given by their keys."))
        Composer = self.env["whatsapp.compose.message"].with_context(
            active_model=self._name, active_id=self.id, active_ids=self.ids
        )
        defaults = Composer.default_get(list(Composer._fields)) | {"template_id": template_id, "mode": "template"}
        composer = Composer.create(defaults) if stored else Composer.new(defaults)
        known = self._canned_records()
        for line in composer.line_ids:
            if line.key in (values or {}):
                line.value = str(values[line.key] or "")
            elif not line.value and (name := line.key.rpartition(".")[2]) in known:
                # a variable called as those of canned replies is meant as such
                line.value = self._canned_value(*known[name], "")
        return composer
