from odoo import fields, models

from ..tools.phrases import say


class WhatsappBusinessAccount(models.Model):
    """Calling a person, where only a person can help."""

    _name = "whatsapp.business.account"
    _inherit = ["whatsapp.business.account", "mail.activity.mixin"]

    responsible_id = fields.Many2one(
        "res.users",
        default=lambda self: self.env.user if not self.env.user._is_superuser() else False,
        domain=[("share", "=", False)],
        help="Gets an activity when something at Meta needs a person.",
    )

    def _alert(self, record, summary, note=""):
        """Give whoever is responsible an activity on ``record``, unless the same one is open there already.

        :param record: this account, or one of its numbers
        :param str summary: a text of ours, in English or translated
        :param str note: what to do
        """
        self.ensure_one()
        user = self._responsible()
        env = self.with_context(lang=user.lang).env
        summary, note = say(env, summary), say(env, note)
        # sudo: problems are found by the system and while agents send; they concern administrators
        record = record.sudo()
        if any(activity.summary == summary for activity in record.activity_ids):
            return
        record.activity_schedule("mail.mail_activity_data_warning", summary=summary, note=note, user_id=user.id)

    def _speaking(self):
        """Return this account in the language of whoever is called: the system itself has none."""
        return self.with_context(lang=self._responsible().lang)

    def _responsible(self):
        """Return the user who is called: the account's own, else an administrator who may see the account."""
        # sudo: who is an administrator is asked on behalf of the system
        admins = self.sudo().env.ref("whatsapp_base.group_whatsapp_admin").all_user_ids.filtered(
            lambda user: user.active and not user.share and self.company_id in user.company_ids
        )
        if self.responsible_id in admins:
            return self.responsible_id
        return admins.sorted("id")[-1:] or self.env.ref("base.user_admin")
