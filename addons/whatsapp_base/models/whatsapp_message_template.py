from odoo import api, fields, models
from odoo.exceptions import UserError

from ..cloud_api import languages, templates
from .whatsapp_message_template_translation import STATES

CATEGORIES = [("MARKETING", "Marketing"), ("UTILITY", "Utility"), ("AUTHENTICATION", "Authentication")]
# of a template whose languages differ: what its own state is, most telling first
TELLING = ("paused", "rejected", "disabled", "review", "draft", "other", "deleted")


class WhatsappMessageTemplate(models.Model):
    """A message template of an account: one name in any number of languages (``translation_ids``).

    Meta knows only the languages, each as a template of its own; what holds for all of them is here: category (Meta
    keeps one for a name: a language that is added has to have it), kind of variables, responsible, and which language
    a customer gets.
    """

    _name = "whatsapp.message.template"
    _description = "WhatsApp Template"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name, id"
    _rec_names_search = ["name"]

    name = fields.Char(required=True, help="Lowercase letters, digits and underscores, as Meta wants it.")
    account_id = fields.Many2one(
        "whatsapp.business.account", required=True, ondelete="cascade", index=True, default=lambda self: self._default_account_id()
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    category = fields.Selection(CATEGORIES, default="UTILITY", tracking=True)
    parameter_format = fields.Selection(
        [("POSITIONAL", "Numbers: {{1}}, {{2}}"), ("NAMED", "Names: {{customer}}, {{order}}")], "Variables",
        required=True, default="POSITIONAL",
    )
    model_id = fields.Many2one(
        "ir.model", "Speaks About", ondelete="set null", domain=[("transient", "=", False), ("is_mail_thread", "=", True)],
        help="Records that this template can be filled in from, such as sales orders. Empty: none in particular.",
    )
    model = fields.Char(related="model_id.model", store=True, index="btree_not_null")
    user_id = fields.Many2one(
        "res.users", "Responsible", tracking=True, domain=[("share", "=", False)],
        help="Is told when Meta rejects, pauses or changes this template. Empty: a WhatsApp administrator.",
    )
    fallback_language = fields.Selection(
        selection="_languages", help="What customers get whose language this template does not have."
    )
    language_chain = fields.Text("Who Gets Which Language", compute="_compute_language_chain")
    translation_ids = fields.One2many("whatsapp.message.template.translation", "template_id", "Languages", copy=True)
    language_count = fields.Integer(compute="_compute_main")
    main_translation_id = fields.Many2one("whatsapp.message.template.translation", compute="_compute_main")
    body_text = fields.Text("Text", compute="_compute_main", search="_search_body_text")
    preview_html = fields.Html("Preview", compute="_compute_main", sanitize=False)
    variable_count = fields.Integer(compute="_compute_main")
    is_sendable = fields.Boolean("Can Be Sent", compute="_compute_state", store=True)
    state = fields.Selection([*STATES, ("partly", "Partly Approved")], compute="_compute_state", store=True, tracking=True)
    announced_category = fields.Selection(CATEGORIES, readonly=True, copy=False, help="Meta will move the template to it.")
    announced_at = fields.Datetime("Category Changes on", readonly=True, copy=False)
    active = fields.Boolean(default=True)

    _name_unique = models.UniqueIndex("(account_id, name)", "This account has a template of this name already.")

    @api.model
    def _default_account_id(self):
        return self.env["whatsapp.business.account"].search([("company_id", "=", self.env.company.id)], limit=1)

    @api.model
    def _languages(self):
        return list(languages.LANGUAGES.items())

    @api.depends("translation_ids.state")
    def _compute_state(self):
        for template in self:
            states = set(template.translation_ids.mapped("state")) - {"deleted"} or {"deleted"}
            template.is_sendable = "approved" in states
            if not template.translation_ids:
                template.state = "draft"
            elif "approved" in states:
                template.state = "approved" if len(states) == 1 else "partly"
            else:
                template.state = next(state for state in TELLING if state in states)

    @api.depends("translation_ids", "translation_ids.state", "translation_ids.definition", "fallback_language")
    def _compute_main(self):
        for template in self:
            main = template._main()
            template.language_count = len(template.translation_ids.filtered(lambda t: t.state != "deleted"))
            template.main_translation_id = main
            template.body_text = main.body_text
            template.preview_html = main.preview_html
            template.variable_count = main.variable_count

    def _search_body_text(self, operator, value):
        return [("translation_ids.body_text", operator, value)]

    @api.depends("translation_ids.state", "translation_ids.language", "fallback_language")
    def _compute_language_chain(self):
        """Show the fall-backs for the languages that people of this database speak."""
        spoken = self.env["res.lang"].get_installed()
        for template in self:
            sendable = template.translation_ids.filtered("is_sendable").mapped("language")
            template.language_chain = "\n".join(
                self.env._("%(customer)s: %(chain)s", customer=name, chain=" → ".join(template._chain(code, sendable)))
                for code, name in spoken
                if sendable
            )

    def _chain(self, code, sendable):
        """Return the languages that are tried for somebody who speaks ``code``, the one that is sent last."""
        wanted = languages.normalize(code)
        chosen = languages.choose(code, sendable, self.fallback_language)
        tried = [wanted, wanted.partition("_")[0]]
        if chosen and chosen.partition("_")[0] != tried[1] and self.fallback_language:
            tried.append(self.fallback_language)
        return list(dict.fromkeys([*(tried[: tried.index(chosen)] if chosen in tried else tried), chosen]))

    def _main(self):
        """Return the language that stands for the template in lists: the fall-back, else the first that can be sent."""
        self.ensure_one()
        sendable = self.translation_ids.filtered("is_sendable") or self.translation_ids
        chosen = languages.choose(self.fallback_language, sendable.mapped("language"))
        return sendable.filtered(lambda t: t.language == chosen)[:1]

    def _pick(self, language=None):
        """Return the translation that somebody who speaks ``language`` gets.

        Exactly theirs, their language without its region, another region of it, the template's fall-back language,
        then any; only what can be sent counts.

        :param str language: a code of Meta's or of Odoo's
        :raises UserError: no language of the template can be sent; says why and what to do
        """
        self.ensure_one()
        # sudo: agents see templates that can be sent only; whether this one can is what is asked here
        translations = self.sudo().translation_ids
        sendable = translations.filtered("is_sendable")
        if not sendable:
            raise UserError(self._not_sendable_message())
        chosen = languages.choose(language, sendable.mapped("language"), self.sudo().fallback_language)
        return sendable.filtered(lambda t: t.language == chosen)[:1].sudo(self.env.su)

    def _not_sendable_message(self, translation=None):
        """Explain why the template, or one language of it, cannot be sent."""
        about = (translation or self).sudo()  # sudo: name and state of a template that somebody tries to send are no secret
        return self.env._(
            "The template “%(name)s” cannot be sent: its state is “%(state)s”. Choose an approved one.",
            name=about.display_name,
            state=dict(about._fields["state"]._description_selection(self.env))[about.state],
        )

    def _content(self, header=None, body=(), buttons=(), language=None, cards=(), offer_ends=None):
        """Return the message that fills in this template, checked against its definition.

        :param str language: what the recipient speaks, see :meth:`_pick`
        :param cards: values of a carousel's cards, in order: dicts with ``header``, ``body`` and ``buttons``
        :param datetime offer_ends: when a limited-time offer ends, naive UTC
        :rtype: cloud_api.outbound.Template
        """
        return self._pick(language)._content(header, body, buttons, cards, offer_ends)

    def _preview(self, header=None, body=(), language=None):
        """Return the text that the customer will see."""
        return self._pick(language)._preview(header, body)

    @api.model
    def _parse_body(self, body, answer):
        """Return what Meta has after it took a request of ours, as it would list it."""
        return templates.parse({
            **body, "id": answer.get("id"), "status": answer.get("status") or "PENDING",
            "category": answer.get("category") or body["category"],
        })

    def _category_changed(self, category):
        """Take over the category that Meta has decided on, and tell whoever is responsible."""
        self.ensure_one()
        known = dict(self._fields["category"]._description_selection(self.env))
        if category not in known or category == self.category:
            return
        before = known.get(self.category) or self.env._("none")
        self.with_context(whatsapp_from_meta=True).write({"category": category, "announced_category": False})
        self._tell_responsible(
            self.env._("Meta changed the category of %s", self.name),
            self.env._("It was %(before)s and is %(after)s now, which is priced accordingly. Change the text and ask for a review "
                       "in WhatsApp Manager if you disagree.", before=before, after=known[category]),
        )

    def _tell_responsible(self, summary, note):
        """Give whoever is responsible for the template an activity, unless the same one is open already."""
        self.ensure_one()
        template = self.sudo()  # sudo: found by the system, concerns the responsible
        if any(activity.summary == summary for activity in template.activity_ids):
            return
        user = template.user_id if template.user_id.active else template.account_id._responsible()
        template.activity_schedule("mail.mail_activity_data_warning", summary=summary, note=note, user_id=user.id)

    @api.model
    def _language_of(self, contact):
        """Return the language to write to a ``whatsapp.contact`` in: theirs, else that of their partner."""
        return contact.language or contact.partner_id.lang or False
