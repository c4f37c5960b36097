from odoo import models

from ..cloud_api import template_asks


class WhatsappMessageTemplate(models.Model):
    """Templates that are sent while nobody is there to be asked for a value: by automation rules and buttons."""

    _inherit = "whatsapp.message.template"

    def _unattended_problem(self, model=None, report=None):
        """Return why this template cannot be sent without asking somebody, and what to do, or False.

        :param str model: of the records that it is sent from
        :param report: ``ir.actions.report`` whose PDF is sent along, if any
        """
        self.ensure_one()
        needed = [
            *(variable.display_name for variable in self.variable_ids._asked(model) if not (variable.value or variable.fallback)),
            *(part for translation in self.translation_ids.filtered("is_sendable") for part in translation._unattended_parts(report)),
        ]
        if not needed:
            return False
        return self.env._(
            "“%(template)s” cannot be sent by an action: somebody would have to give %(needed)s each time. Choose another "
            "template, or let its variables come from the record.",
            template=self.name, needed=", ".join(dict.fromkeys(needed)),
        )


class WhatsappMessageTemplateTranslation(models.Model):
    """Parts that only a person can give."""

    _inherit = "whatsapp.message.template.translation"

    def _unattended_parts(self, report):
        """Return the names of the parts that no variable fills in."""
        parts = {
            "place": self.env._("a place"), "product": self.env._("products"), "card": self.env._("what its cards say"),
            "end": self.env._("the end of the offer"), "document": self.env._("a document"), "image": self.env._("a picture"),
            "video": self.env._("a video"), "cards": self.env._("the files of its cards"),
        }
        kinds = []
        for ask in template_asks.asks(self._definition()):
            if ask.card is not None:
                kinds.append("card")
            else:
                kinds.append({"end": "end", "product": "product", "products": "product"}.get(ask.what, "place"))
        file_kind = self._header_file_kind()
        if file_kind and not (report and file_kind == "document"):
            kinds.append(file_kind)
        if self._card_files()[0]:
            kinds.append("cards")
        return [parts[kind] for kind in dict.fromkeys(kinds)]
