from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

SLA_BATCH = 200
PRIORITIES = ("0", "1", "2")
SUPERVISORS_TOLD = 10


class WhatsappConversation(models.Model):
    """What the clock does to promises: the warning, the breach, and what follows from it."""

    _inherit = "whatsapp.conversation"

    @api.model
    def _desk_timers(self):
        return [*super()._desk_timers(), "_clock_sla"]

    @api.model
    def _clock_sla(self):
        """Change the colour of what becomes due; tells whether more is."""
        due = self._claim_due("sla_check_at", SLA_BATCH)
        due._desk_deadlines()
        return len(due) == SLA_BATCH

    @api.model
    def _claim_due(self, column, limit):
        """Take rows whose time has come, oldest first, leaving alone what others hold."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM whatsapp_conversation WHERE %(column)s <= %(now)s
                 ORDER BY %(column)s LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED""",
                column=SQL.identifier(column), now=fields.Datetime.now(), limit=limit,
            )
        )
        return self.browse([row[0] for row in rows])

    @api.model
    def _escalate(self, broken):
        """Do what the policies say of promises that were just broken.

        :param broken: list of (conversation, target)
        """
        activities, raised, moved = [], defaultdict(self.browse), defaultdict(self.browse)
        type_id = self.env["ir.model.data"]._xmlid_to_res_id("whatsapp_base.mail_activity_type_sla")
        model_id = self.env["ir.model"]._get_id(self._name)
        labels = dict(self._fields["sla_target"]._description_selection(self.env))
        for conversation, target in broken:
            policy = conversation._sla_policy()
            summary = self.env._("%(promise)s is late: %(who)s", promise=labels[target], who=conversation.contact_id._label())
            activities += [
                {
                    "res_model_id": model_id, "res_id": conversation.id, "activity_type_id": type_id, "summary": summary,
                    "user_id": user.id, "date_deadline": fields.Date.context_today(conversation),
                }
                for user in conversation._escalation_users(policy)
            ]
            if policy.escalation_priority and conversation.priority != PRIORITIES[-1]:
                raised[PRIORITIES[PRIORITIES.index(conversation.priority or "0") + 1]] |= conversation
            if policy.escalation_reassign != "none":
                user = policy.escalation_user_id if policy.escalation_reassign == "user" else self.env["res.users"]
                if conversation.user_id != user:
                    moved[user] |= conversation
        if activities:
            # sudo: the activity is the system's word to whoever is in charge; nobody is mailed about it
            self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True).create(activities)
        for priority, conversations in raised.items():
            conversations.write({"priority": priority})
        for user, conversations in moved.items():
            conversations.write({"user_id": user.id})

    def _escalation_users(self, policy):
        """Return who is told that a promise was broken."""
        if policy.escalation == "user":
            return policy.escalation_user_id
        if policy.escalation == "none":
            return self.env["res.users"]
        group = self.env.ref("whatsapp_base.group_whatsapp_supervisor")
        supervisors = self.team_id.supervisor_ids
        if not supervisors:  # every supervisor leads a team without its own
            domain = [("all_group_ids", "in", group.id), ("company_ids", "in", self.company_id.id), ("share", "=", False)]
            supervisors = self.env["res.users"].sudo().search(domain, limit=SUPERVISORS_TOLD)
        return supervisors

    def _drop_sla_activities(self):
        """Take back the reminders of promises that were kept after all, if late."""
        type_id = self.env["ir.model.data"]._xmlid_to_res_id("whatsapp_base.mail_activity_type_sla")
        # sudo: the system's own reminders
        self.env["mail.activity"].sudo().search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids), ("activity_type_id", "=", type_id)]
        ).unlink()
