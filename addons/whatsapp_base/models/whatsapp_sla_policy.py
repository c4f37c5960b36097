from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

TARGETS = [("first", "First Response"), ("next", "Next Response"), ("resolution", "Resolution")]
SLA_STATES = [("none", "None"), ("on_track", "On Track"), ("due_soon", "Due Soon"), ("breached", "Late")]
HIGH, URGENT = "1", "2"


class WhatsappSlaPolicy(models.Model):
    """How fast a team promises to answer and to resolve, in its working time, and what happens when it does not."""

    _name = "whatsapp.sla.policy"
    _description = "WhatsApp Service Policy"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    first_minutes = fields.Integer("First Response Within", default=60, help="Working time in minutes. 0: no promise.")
    next_minutes = fields.Integer("Next Responses Within", default=120, help="Working time in minutes. 0: no promise.")
    resolution_minutes = fields.Integer("Resolution Within", default=1440, help="Working time in minutes. 0: no promise.")
    warn_minutes = fields.Integer(
        "Warn Before", default=15, help="So many minutes of working time before, the conversation changes its colour."
    )
    high_policy_id = fields.Many2one(
        "whatsapp.sla.policy", "High Priority", check_company=True, ondelete="restrict",
        help="What holds for conversations of high priority instead.",
    )
    urgent_policy_id = fields.Many2one(
        "whatsapp.sla.policy", "Urgent", check_company=True, ondelete="restrict", help="What holds for urgent conversations instead."
    )
    is_default = fields.Boolean("Default", help="Holds for teams without a policy of their own and for numbers without a team.")
    escalation = fields.Selection(
        [("none", "Nobody"), ("supervisors", "The team's supervisors"), ("user", "One person")],
        "Tell", required=True, default="supervisors", help="Who gets an activity when a promise is broken.",
    )
    escalation_user_id = fields.Many2one(
        "res.users", "Person",
        domain=lambda self: [("all_group_ids", "in", self.env.ref("whatsapp_base.group_whatsapp_agent").id)],
    )
    escalation_priority = fields.Boolean("Raise Priority", default=True, help="The conversation becomes one step more urgent.")
    escalation_reassign = fields.Selection(
        [("none", "Nothing"), ("queue", "Goes back to the queue"), ("user", "Goes to the person above")],
        "Assignment", required=True, default="none",
    )
    team_ids = fields.One2many("whatsapp.team", "sla_policy_id", string="Teams", readonly=True)

    _default_unique = models.UniqueIndex("(company_id) WHERE is_default AND active", "A company can have one default policy only.")

    @api.constrains("first_minutes", "next_minutes", "resolution_minutes", "warn_minutes")
    def _check_minutes(self):
        for policy in self:
            for name in ("first_minutes", "next_minutes", "resolution_minutes", "warn_minutes"):
                if policy[name] < 0:
                    label = self._fields[name]._description_string(self.env)
                    raise ValidationError(self.env._("“%s” cannot be negative. Give minutes, or 0 for none.", label))

    @api.constrains("escalation", "escalation_reassign", "escalation_user_id")
    def _check_escalation_user(self):
        for policy in self:
            if "user" in (policy.escalation, policy.escalation_reassign) and not policy.escalation_user_id:
                raise ValidationError(self.env._("Choose under “Person” who is told or takes over, or choose somebody else."))

    @api.constrains("high_policy_id", "urgent_policy_id")
    def _check_other_policies(self):
        if any(policy in (policy.high_policy_id | policy.urgent_policy_id) for policy in self):
            raise ValidationError(self.env._("A policy cannot stand in for itself. Leave “High Priority” and “Urgent” empty instead."))

    @api.model
    @ormcache("company.id")
    def _default_id(self, company):
        # sudo: what a company promises holds whoever asks
        domain = [("company_id", "=", company.id), ("is_default", "=", True)]
        return self.sudo().search(domain, limit=1).id

    @api.model
    def _default_of(self, company):
        """Return the default policy of a company, if there is one."""
        return self.browse(self._default_id(company))

    def _for_priority(self, priority):
        """Return the policy that holds for a priority."""
        if priority == URGENT:
            return self.urgent_policy_id or self.high_policy_id or self
        return self.high_policy_id or self if priority == HIGH else self

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        policies._changed()
        return policies

    def write(self, vals):
        result = super().write(vals)
        self._changed()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _changed(self):
        """Have the desk look at what is under promise again; the default may be another one, too."""
        self.env.registry.clear_cache()
        # sudo: deadlines of all teams follow, whoever changed the promise
        Conversation = self.env["whatsapp.conversation"].sudo()
        Conversation.search([("cycle_id", "!=", False), ("company_id", "in", self.company_id.ids)])._desk_mark()
