from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

MOST_AT_ONCE = 200  # conversations in one transaction; clients run a macro on more in several
SUPERVISOR_GROUP = "whatsapp_base.group_whatsapp_supervisor"


class WhatsappMacro(models.Model):
    """Several things that an agent does to a conversation with one click: answer, tag, assign, resolve.

    Its steps run in their order, with the rights of who runs it, in one transaction: if one cannot be done, none is.
    """

    _name = "whatsapp.macro"
    _description = "WhatsApp Macro"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    user_id = fields.Many2one(
        "res.users", "Made by", required=True, readonly=True, default=lambda self: self.env.user, index=True, copy=False
    )
    visibility = fields.Selection(
        [("private", "Only me"), ("team", "Teams"), ("all", "Everybody")],
        "Who Can Use It",
        required=True,
        default="private",
        help="Supervisors make macros for teams and for everybody.",
    )
    team_ids = fields.Many2many("whatsapp.team", string="Teams", check_company=True)
    step_ids = fields.One2many("whatsapp.macro.step", "macro_id", "Steps", copy=True)
    use_ids = fields.One2many("whatsapp.macro.use", "macro_id", "Uses")
    use_count = fields.Integer("Used", compute="_compute_use_count", help="On how many conversations, in the last 90 days.")
    last_used_at = fields.Datetime("Last Used", compute="_compute_use_count")
    summary = fields.Char("What It Does", compute="_compute_summary")

    @api.depends("step_ids.label")
    def _compute_summary(self):
        for macro in self:
            macro.summary = " · ".join(step.label for step in macro.step_ids if step.label)

    def _compute_use_count(self):
        since = fields.Datetime.subtract(fields.Datetime.now(), days=90)
        # sudo: how often a macro is used is shown with it; who used it is not
        rows = self.env["whatsapp.macro.use"].sudo()._read_group(
            [("macro_id", "in", self.ids), ("date", ">", since)], ["macro_id"], ["conversation_count:sum", "date:max"]
        )
        found = {macro.id: (count, last) for macro, count, last in rows}
        for macro in self:
            macro.use_count, macro.last_used_at = found.get(macro.id, (0, False))

    @api.constrains("visibility", "team_ids", "user_id")
    def _check_visibility(self):
        for macro in self:
            if macro.visibility == "team" and not macro.team_ids:
                raise ValidationError(self.env._("“%s”: choose the teams that can use it, or another choice.", macro.name))

    def _check_sharing(self):
        """Refuse what an agent would share, or make in another's name; constraints are asked as superuser and cannot."""
        if self.env.su or self.env.user.has_group(SUPERVISOR_GROUP):
            return
        if any(macro.visibility != "private" or macro.user_id != self.env.user for macro in self):
            raise AccessError(self.env._("Only supervisors make macros for others. Choose “Only me”."))

    @api.model_create_multi
    def create(self, vals_list):
        macros = super().create(vals_list)
        macros._check_sharing()
        macros._check_steps()  # constraints do not look at what is not given
        return macros

    def write(self, vals):
        result = super().write(vals)
        if {"visibility", "user_id"} & vals.keys():
            self._check_sharing()
        return result

    @api.constrains("step_ids")
    def _check_steps(self):
        for macro in self:
            if not macro.step_ids:
                raise ValidationError(self.env._("“%s” does nothing yet. Add a step.", macro.name))

    # ------------------------------------------------------------
    # For the client
    # ------------------------------------------------------------

    @api.model
    def for_conversations(self, conversation_ids):
        """Return the macros that the user can run on these conversations, the most used first, with what they do.

        :returns: list of dicts: ``id, name, visibility, use_count, steps`` (``icon, label, text, problem, blocks``), where texts
            and problems are those of the conversation if it is one
        """
        conversations = self._conversations(conversation_ids)
        teams = conversations.team_id
        macros = self.search([("company_id", "in", conversations.company_id.ids)]).filtered(
            # a macro of teams is offered in their conversations
            lambda macro: macro.visibility != "team" or not teams or teams & macro.team_ids
        )
        one = conversations if len(conversations) == 1 else conversations.browse()
        return [
            {
                "id": macro.id,
                "name": macro.name,
                "visibility": macro.visibility,
                "use_count": macro.use_count,
                "steps": macro._preview(one),
            }
            for macro in macros.sorted(lambda macro: (-macro.use_count, macro.sequence, macro.name))
        ]

    def _preview(self, conversation):
        """Return what each step will do, and for one conversation what it will say and whether that is possible now."""
        self.ensure_one()
        return [
            {
                "icon": step._icon(),
                "label": step.label,
                "text": step._text_for(conversation) if conversation else step.text or "",
                **dict(zip(("problem", "blocks"), step._problem(conversation) if conversation else ("", False), strict=True)),
            }
            for step in self.step_ids
        ]

    def run(self, conversation_ids):
        """Do the steps on conversations.

        On one conversation it is all or nothing, and an error names the step. On several each conversation is all or
        nothing for itself, and the report says which ones were left as they were, and why.

        :returns: ``{"done": [ids], "failed": [{"id", "name", "problem"}], "name": str}``
        :raises UserError: nothing was changed
        """
        self.ensure_one()
        self.check_access("read")
        conversations = self._conversations(conversation_ids)
        if len(conversations) > MOST_AT_ONCE:
            raise UserError(self.env._("Run a macro on up to %s conversations in one call.", MOST_AT_ONCE))
        conversations.check_access("write")
        report = {"done": [], "failed": [], "name": self.name}
        if len(conversations) == 1:
            self._run_on(conversations)
            report["done"] = conversations.ids
        else:
            for conversation in conversations:
                try:
                    with self.env.cr.savepoint():
                        self._run_on(conversation)
                        self.env.flush_all()
                except (UserError, ValidationError, AccessError) as error:
                    self.env.invalidate_all(flush=False)
                    problem = {"id": conversation.id, "name": conversation.display_name, "problem": str(error)}
                    report["failed"].append(problem)
                else:
                    report["done"].append(conversation.id)
        if report["done"]:
            self._count_use(len(report["done"]))
        return report

    @api.model
    def _conversations(self, conversation_ids):
        """Return the conversations that a client asks about, in the order of their IDs: two clients lock alike."""
        if not self.env.user.has_group("whatsapp_base.group_whatsapp_agent"):
            raise AccessError(self.env._("Only WhatsApp agents can run macros. Ask an administrator for the role."))
        ids = sorted({number for number in conversation_ids if isinstance(number, int)})
        if not ids:
            raise UserError(self.env._("Choose a conversation first."))
        conversations = self.env["whatsapp.conversation"].browse(ids).exists()
        conversations.check_access("read")
        return conversations

    def _run_on(self, conversation):
        for number, step in enumerate(self.step_ids, start=1):
            try:
                step._run(conversation)
            except (UserError, ValidationError, AccessError) as error:
                raise UserError(
                    self.env._("Step %(number)d (%(step)s): %(problem)s", number=number, step=step.label, problem=error)
                ) from error

    def _count_use(self, conversation_count):
        # a row each, not a counter: two agents who use a macro at the same time do not wait for each other
        self.env.cr.execute(
            SQL(
                "INSERT INTO whatsapp_macro_use (macro_id, user_id, date, conversation_count) VALUES (%s, %s, %s, %s)",
                self.id, self.env.uid, fields.Datetime.now(), conversation_count,
            )
        )
        self.invalidate_recordset(["use_count", "last_used_at", "use_ids"], flush=False)


class WhatsappMacroUse(models.Model):
    """One use of a macro."""

    _name = "whatsapp.macro.use"
    _description = "WhatsApp Macro Use"
    _order = "date desc"
    _log_access = False
    _rec_name = "macro_id"

    macro_id = fields.Many2one("whatsapp.macro", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="macro_id.company_id")
    user_id = fields.Many2one("res.users", "Used by", readonly=True, ondelete="set null")
    date = fields.Datetime(required=True, readonly=True)
    conversation_count = fields.Integer("Conversations", readonly=True)

    _macro_idx = models.Index("(macro_id, date)")

    @api.autovacuum
    def _gc_old(self):
        """Forget uses after two years."""
        self.env.cr.execute("DELETE FROM whatsapp_macro_use WHERE date < now() AT TIME ZONE 'utc' - interval '2 years'")
