import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..cloud_api import outbound

_logger = logging.getLogger(__name__)

PREFIX = "wa_rating"
COMMENT_TIME = timedelta(hours=2)
ASKED_TOGETHER = 20  # each question is a message: the rest comes with the next step of the desk
# the best first, as templates list their quick replies: how many there are -> what each is worth
WORTH = {2: (5, 1), 3: (5, 3, 1), 4: (5, 4, 2, 1), 5: (5, 4, 3, 2, 1)}
STARS = "★★★★★☆☆☆☆☆"


class WhatsappConversation(models.Model):
    """Asking customers how it was, once after each case, and recognising what they answer.

    While free text is allowed by buttons or a list, later by the team's template. An answer neither opens the
    conversation again nor waits for anybody.
    """

    _name = "whatsapp.conversation"
    _inherit = ["rating.mixin", "whatsapp.conversation"]

    rating_comment_until = fields.Datetime(readonly=True, copy=False)

    def _system_fields(self):
        return super()._system_fields() | {"rating_comment_until"}

    # ------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------

    def _desk_followups(self):
        return [*super()._desk_followups(), "_desk_ask_rating"]

    def _close_cycles(self):
        cycles = super()._close_cycles()
        if cycles:
            # nobody is asked about what nobody answered, nor who wants to be left alone
            to_rate = cycles.filtered(
                lambda cycle: cycle.first_response_at
                and cycle.team_id.asks_rating
                and not cycle.contact_id.blocked
                and not cycle.contact_id.marketing_stopped
                and not cycle.rating_state
            )
            if to_rate:
                to_rate.rating_state = "due"
                to_rate.conversation_id._desk_mark()
        return cycles

    def _reopen_cycles(self, again):
        super()._reopen_cycles(again)
        for cycle in again.values():  # not over yet: who was not asked will be asked after the next resolution
            if cycle.rating_state == "due":
                cycle.rating_state = False

    def _desk_ask_rating(self):
        """Ask about the cases that were closed; exactly once, whoever dies in between."""
        cycles = self.env["whatsapp.conversation.cycle"].sudo().search(
            [("conversation_id", "in", self.ids), ("rating_state", "=", "due"), ("resolved_at", "!=", False)], order="id"
        )
        if rest := cycles[ASKED_TOGETHER:]:
            rest.conversation_id._desk_mark()
        for cycle in cycles[:ASKED_TOGETHER]:
            conversation = cycle.conversation_id
            if conversation.state != "resolved":  # opened again before anybody was asked
                cycle.rating_state = False
                continue
            try:
                with self.env.cr.savepoint():
                    row = conversation._ask_rating(cycle)
            except (UserError, ValidationError) as error:
                _logger.warning("WhatsApp rating of conversation %s was not asked for: %s", conversation.id, error)
                row = None
            cycle.rating_state = "asked" if row else "skipped"
            if row:
                self.env["rating.rating"].sudo().create(
                    {
                        "res_model_id": self.env["ir.model"]._get_id(self._name), "res_id": conversation.id,
                        "whatsapp_conversation_id": conversation.id, "whatsapp_cycle_id": cycle.id,
                        "rated_partner_id": cycle.user_id.partner_id.id, "partner_id": conversation.partner_id.id,
                    }
                )

    def _ask_rating(self, cycle):
        """Queue the question about a case; returns its row, or nothing where it cannot be asked."""
        self.ensure_one()
        team, once = cycle.team_id, f"rating:{cycle.id}"
        if self._window_open():
            return self._send_content(self._rating_question(team, cycle), origin="flow", priority=1, once=once)
        template = team.rating_template_id
        if not template:
            return None
        values, problems = template._try_values_for(self)
        if problems:
            raise UserError(next(iter(problems.values())))
        filled = values[self.id]
        translation = template._pick(filled["language"] or template._language_of(self.contact_id))
        sent = translation._buttons(translation._sent_components())
        quick = [index for index, button in enumerate(sent) if button.get("type") == "QUICK_REPLY"]
        if len(quick) not in WORTH:
            raise UserError(
                self.env._("The template “%s” needs two to five quick reply buttons, the best answer first.", template.display_name)
            )
        buttons = dict(enumerate(filled["buttons"]))
        buttons.update({index: f"{PREFIX}:{cycle.id}:{value}" for index, value in zip(quick, WORTH[len(quick)], strict=True)})
        return self._send_template(
            template, header=filled["header"], body=filled["body"], language=filled["language"], origin="flow", once=once,
            buttons=[buttons.get(index) for index in range(max(buttons) + 1)],
        )

    def _rating_question(self, team, cycle):
        """Return the question as a message with three buttons, or with a list of five."""
        env = self._in_customers_language()
        text = team.with_env(env).rating_text or env._("How did you like our service?")
        if team.rating_style == "list":
            titles = [env._("Excellent"), env._("Good"), env._("Fair"), env._("Poor"), env._("Very poor")]
            rows = [
                outbound.Row(f"{PREFIX}:{cycle.id}:{value}", f"{STARS[5 - value:10 - value]} {title}"[:24])
                for value, title in zip(WORTH[5], titles, strict=True)
            ]
            return outbound.ListMessage(text, env._("Rate")[:20], [outbound.Section("", rows)])
        titles = [env._("😀 Good"), env._("😐 Fair"), env._("🙁 Bad")]
        buttons = [outbound.Button(f"{PREFIX}:{cycle.id}:{value}", title[:20]) for value, title in zip(WORTH[3], titles, strict=True)]
        return outbound.Buttons(text, buttons)

    def _in_customers_language(self):
        """Return an environment in the customer's language, where it is installed."""
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        wanted = (self.partner_id.lang or "", (self.contact_id.language or "").replace("-", "_"))
        for code in filter(None, wanted):
            if match := next((known for known in installed if known == code or known.split("_")[0] == code.split("_")[0]), None):
                return self.env(context={**self.env.context, "lang": match})
        return self.env(context={**self.env.context, "lang": self.company_id.partner_id.lang})

    # ------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------

    @api.model
    def _inbound_handlers(self):
        return ["_handle_rating", "_handle_rating_comment", *super()._inbound_handlers()]

    def _handle_rating(self, message):
        """Take a pressed button or chosen row of our question; tells whether the message was one."""
        cycle_id, value = _parse_payload(message.button_payload)
        if not cycle_id:
            return False
        # sudo: the rating comes from the customer; the worker acts for them
        rating = self.env["rating.rating"].sudo().search(
            [("whatsapp_cycle_id", "=", cycle_id), ("whatsapp_conversation_id", "=", self.id)], limit=1
        )
        if not rating:
            return False
        message._set_aside()
        again = rating.consumed
        rating.write({"rating": value, "consumed": True})
        cycle = rating.whatsapp_cycle_id
        cycle.write({"rating_value": value, "rating_state": "rated", "rating_at": message.sent_on})
        self._post_line(self.env._("rated the conversation: %s", f"{STARS[5 - value:10 - value]} ({value}/5)"), self.contact_id.partner_id)
        if not again:
            self._thank_for_rating(cycle)
        return True

    def _thank_for_rating(self, cycle):
        env = self._in_customers_language()
        asks = cycle.team_id.rating_asks_comment
        text = env._("Thank you! Would you like to tell us more? One message is enough.") if asks else env._("Thank you for your answer!")
        if self._window_open():
            self._send_text(text, origin="flow", once=f"rating:thanks:{cycle.id}")
            self.rating_comment_until = fields.Datetime.now() + COMMENT_TIME if asks else False

    def _handle_rating_comment(self, message):
        """Take the few words after a rating. A question among them still reaches a colleague."""
        if message.type != "text" or not message.body:
            return False
        now = fields.Datetime.now()
        # read with the conversation: every text passes here, and hardly any follows a rating
        if not self.rating_comment_until or self.rating_comment_until <= now:
            return False
        # sudo: see _handle_rating
        cycle = self.env["whatsapp.conversation.cycle"].sudo().search(
            [("conversation_id", "=", self.id), ("rating_state", "=", "rated")], order="rating_at desc, id desc", limit=1
        )
        if not cycle or self.cycle_id:  # a case that is open: the customer is speaking of that
            return False
        self.rating_comment_until = False
        self.env["rating.rating"].sudo().search([("whatsapp_cycle_id", "=", cycle.id)]).feedback = message.body
        if any(mark in message.body for mark in "?？؟"):
            return False
        message._set_aside()
        return True

    def action_view_ratings(self):
        """Open what customers said of these conversations."""
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.rating_rating_action_whatsapp")
        return dict(action, domain=[("whatsapp_conversation_id", "in", self.ids), ("consumed", "=", True)])

    def _merge_into(self, survivor):
        """The ratings of a conversation go with it."""
        ratings = self.env["rating.rating"].sudo().search([("res_model", "=", self._name), ("res_id", "=", self.id)])
        ratings.write({"res_id": survivor.id, "whatsapp_conversation_id": survivor.id})
        if until := max(filter(None, (self.rating_comment_until, survivor.rating_comment_until)), default=None):
            survivor.rating_comment_until = until
        return super()._merge_into(survivor)


class WhatsappConversationCycle(models.Model):
    """The rating of a case."""

    _inherit = "whatsapp.conversation.cycle"

    rating_state = fields.Selection(
        [("due", "To Ask"), ("asked", "Asked"), ("skipped", "Not Asked"), ("rated", "Rated")], "Rating Request", readonly=True
    )
    rating_at = fields.Datetime("Rated On", readonly=True)
    rating_ids = fields.One2many("rating.rating", "whatsapp_cycle_id", string="Ratings", readonly=True)
    rating_feedback = fields.Text("Comment", related="rating_ids.feedback")

    _rating_due_idx = models.Index("(conversation_id) WHERE rating_state = 'due'")


def _parse_payload(payload):
    """Return (cycle ID, value) of a button of ours, else (None, None)."""
    prefix, _colon, rest = (payload or "").partition(":")
    cycle_id, _colon, value = rest.partition(":")
    # str.isdigit lets ² through, which int refuses
    if prefix != PREFIX or not cycle_id.isdecimal() or len(cycle_id) > 9 or value not in ("1", "2", "3", "4", "5"):
        return None, None
    return int(cycle_id), int(value)


class ResPartner(models.Model):
    """How a customer rates us."""

    _inherit = "res.partner"

    whatsapp_rating = fields.Float(
        "WhatsApp Rating", compute="_compute_whatsapp_rating", groups="whatsapp_base.group_whatsapp_agent", digits=(3, 1)
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_whatsapp_rating(self):
        domain = [("partner_id", "in", self.ids), ("rating_state", "=", "rated")]
        averages = dict(self.env["whatsapp.conversation.cycle"]._read_group(domain, ["partner_id"], ["rating_value:avg"]))
        for partner in self:
            partner.whatsapp_rating = averages.get(partner, 0)

    def action_whatsapp_ratings(self):
        """Open what this customer said of our conversations."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.rating_rating_action_whatsapp")
        return dict(action, domain=[("whatsapp_conversation_id.partner_id", "=", self.id), ("consumed", "=", True)])
