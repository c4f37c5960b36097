import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, split_every

_logger = logging.getLogger(__name__)

CHUNK = 50  # records that are resolved and queued in one transaction
CHUNK_WITH_PDF = 5  # a report takes seconds
KEPT_DAYS = 180
GC_LIMIT = 100  # batches that are deleted in one night, with all of their lines


class WhatsappSendBatch(models.Model):
    """One sending to many records, worked off in the background and on view while it lasts.

    Its lines are the records. A chunk of them is one transaction: a process that dies leaves lines that wait, and no
    message twice (each has the batch and the record as its key).
    """

    _name = "whatsapp.send.batch"
    _description = "WhatsApp Bulk Sending"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("Sending", required=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    user_id = fields.Many2one("res.users", "Sent by", required=True, readonly=True, index=True, default=lambda self: self.env.user)
    state = fields.Selection(
        [("queued", "Waiting"), ("running", "Running"), ("done", "Done"), ("cancelled", "Cancelled")],
        default="queued", required=True, readonly=True, index=True,
    )
    origin = fields.Selection([("agent", "Person"), ("api", "Automation")], default="agent", required=True, readonly=True)
    res_model = fields.Char("Document Model", required=True, readonly=True)
    channel_id = fields.Many2one("whatsapp.channel", "Number", required=True, readonly=True, ondelete="restrict", check_company=True)
    template_id = fields.Many2one("whatsapp.message.template", readonly=True, ondelete="restrict")
    body = fields.Text("Text", readonly=True)
    free = fields.Json("Values", readonly=True)
    language = fields.Char(readonly=True)
    report_id = fields.Many2one("ir.actions.report", "PDF", readonly=True, ondelete="set null")
    attachment_ids = fields.Many2many("ir.attachment", string="Files", readonly=True)
    scheduled_at = fields.Datetime(readonly=True)
    fallback = fields.Char(readonly=True)
    once = fields.Char(readonly=True, help="For each record, nothing is sent a second time under the same key.")
    line_ids = fields.One2many("whatsapp.send.batch.line", "batch_id", "Recipients")
    total_count = fields.Integer("Recipients", compute="_compute_counts")
    waiting_count = fields.Integer("Waiting", compute="_compute_counts")
    left_out_count = fields.Integer("Left Out", compute="_compute_counts")
    sent_count = fields.Integer("Sent", compute="_compute_counts", help="Handed over to WhatsApp, or further.")
    delivered_count = fields.Integer("Delivered", compute="_compute_counts")
    read_count = fields.Integer("Read", compute="_compute_counts")
    failed_count = fields.Integer("Failed", compute="_compute_counts")
    progress = fields.Integer(compute="_compute_counts")

    @api.depends("state")
    def _compute_counts(self):
        counts = {batch.id: {} for batch in self}
        if self.ids:
            rows = self.env.execute_query(
                SQL(
                    """SELECT l.batch_id, l.state, m.state, count(*) FROM whatsapp_send_batch_line l
                         LEFT JOIN whatsapp_chat_message m ON m.id = l.message_id
                        WHERE l.batch_id = ANY(%s) GROUP BY 1, 2, 3""",
                    self.ids,
                )
            )
            for batch_id, line_state, state, count in rows:
                counts[batch_id][line_state, state] = count
        for batch in self:
            by_state = counts.get(batch.id, {})

            def of(*states, found=by_state):
                return sum(count for (_line, state), count in found.items() if state in states)

            batch.total_count = sum(by_state.values())
            batch.waiting_count = sum(count for (line, _state), count in by_state.items() if line == "waiting")
            batch.left_out_count = sum(count for (line, _state), count in by_state.items() if line == "left_out")
            batch.sent_count = of("accepted", "sent", "delivered", "read")
            batch.delivered_count = of("delivered", "read")
            batch.read_count = of("read")
            batch.failed_count = of("failed", "uncertain")
            done = batch.total_count - batch.waiting_count
            batch.progress = round(100 * done / batch.total_count) if batch.total_count else 0

    # ------------------------------------------------------------
    # Start
    # ------------------------------------------------------------

    @api.model
    def _start(self, records, values):
        """Make a batch for these records and have the scheduled action begin.

        :param dict values: fields of the batch besides what the records tell
        """
        if not records:
            raise UserError(self.env._("There is nothing to send from. Choose records first."))
        # sudo: batches are made by whoever may send, and never written by people
        batch = self.sudo().create({"res_model": records._name, "user_id": self.env.uid, **values})
        ids = list(dict.fromkeys(records.ids))
        for chunk in split_every(10000, ids):
            self.env.cr.execute(
                SQL(
                    """INSERT INTO whatsapp_send_batch_line (batch_id, res_model, res_id, state)
                       SELECT %s, %s, r.id, 'waiting' FROM unnest(%s) WITH ORDINALITY r (id, n) ORDER BY r.n""",
                    batch.id, records._name, list(chunk),
                )
            )
        batch.invalidate_recordset(["line_ids"])
        self._trigger()
        return batch.sudo(self.env.su)

    @api.model
    def _trigger(self):
        self.env.ref("whatsapp_base.ir_cron_whatsapp_send_batch").sudo()._trigger()

    # ------------------------------------------------------------
    # Work
    # ------------------------------------------------------------

    @api.model
    def _cron_send(self):
        """Work batches off, a chunk of one after a chunk of the next, so that a big one holds no small one up."""
        domain = [("state", "in", ("queued", "running"))]
        Line = self.env["whatsapp.send.batch.line"]
        remaining = Line.search_count([("state", "=", "waiting"), ("batch_id.state", "in", ("queued", "running"))])
        self.env["ir.cron"]._commit_progress(remaining=remaining)
        while batches := self.search(domain, order="id"):
            for batch in batches:
                done = batch._work_off()
                if not self.env["ir.cron"]._commit_progress(done):
                    self._trigger()  # out of time: go on at once, not when the next minute begins
                    return

    def _work_off(self):
        """Queue the next chunk of messages in this transaction; returns how many records are done."""
        self.ensure_one()
        if not self.try_lock_for_update():  # another process is at it
            return 0
        self.invalidate_recordset(["state"])
        if self.state not in ("queued", "running"):
            return 0
        chunk = CHUNK_WITH_PDF if self.report_id else CHUNK
        lines = self.env["whatsapp.send.batch.line"].search(
            [("batch_id", "=", self.id), ("state", "=", "waiting")], order="id", limit=chunk
        )
        self.state = "running" if lines else "done"
        if lines:
            lines._queue_messages()
        return len(lines)

    @api.autovacuum
    def _gc_finished(self):
        """Delete the result lists of long ago; the messages have their own retention."""
        before = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.search([("state", "in", ("done", "cancelled")), ("write_date", "<", before)], limit=GC_LIMIT).unlink()

    # ------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------

    def action_cancel(self):
        """Stop: nothing more is queued, and what has not left yet is taken back."""
        self._check_own()
        for batch in self.sudo().filtered(lambda b: b.state in ("queued", "running")):  # sudo: checked above
            batch.state = "cancelled"
            batch._cancel_messages()

    def _cancel_messages(self):
        queued = self.line_ids.message_id.filtered(lambda m: m.state in ("queued", "held")).try_lock_for_update()
        queued.invalidate_recordset(["state"])
        queued = queued.filtered(lambda m: m.state in ("queued", "held"))
        queued.write({"state": "cancelled"})
        queued._notify_states()
        queued._recount_answers()

    def action_retry(self):
        """Try again: who was left out, and what failed. What may have arrived is not sent again."""
        self._check_own()
        for batch in self.sudo():  # sudo: checked above
            failed = batch.line_ids.message_id.filtered(lambda m: m.state in ("failed", "cancelled"))
            failed._requeue()
            again = batch.line_ids.filtered(lambda line: line.state == "left_out")
            again.write({"state": "waiting", "reason": False, "detail": False})
            if again or batch.state == "cancelled":
                batch.state = "queued"
        self._trigger()

    def action_view_lines(self):
        """Open the result list."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_send_batch_line_action")
        return dict(action, domain=[("batch_id", "=", self.id)], context={})

    def action_refresh(self):
        """Show the figures of this moment."""
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _check_own(self):
        self.check_access("read")
        if not self.env.user.has_group("whatsapp_base.group_whatsapp_supervisor") and self.user_id != self.env.user:
            raise AccessError(self.env._("This is a colleague's sending. Ask them, or a supervisor."))
