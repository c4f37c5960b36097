import logging
from datetime import timedelta

from odoo import api, fields, models

from .whatsapp_lane import is_conflict

_logger = logging.getLogger(__name__)

RETRY_AFTER = timedelta(seconds=30)


class WhatsappContactMergeRequest(models.Model):
    """Two contacts that are one person, found while somebody else was handling their messages: merged a moment later."""

    _name = "whatsapp.contact.merge.request"
    _description = "Pending Merge of WhatsApp Contacts"
    _order = "id"

    survivor_id = fields.Many2one("whatsapp.contact", required=True, ondelete="cascade", index=True)
    loser_id = fields.Many2one("whatsapp.contact", required=True, ondelete="cascade", index=True)

    @api.model
    def _add(self, survivor, loser):
        """Ask for a merge, once."""
        requests = self.sudo()  # sudo: the queue is the system's own
        if not requests.search_count([("survivor_id", "=", survivor.id), ("loser_id", "=", loser.id)], limit=1):
            requests.create({"survivor_id": survivor.id, "loser_id": loser.id})
        self.env.ref("whatsapp_base.ir_cron_whatsapp_merge").sudo()._trigger()  # sudo: our own scheduled action

    @api.model
    def _cron_merge(self):
        """Do the merges that can be done now; the others stay for the next run."""
        for request_id in self.search([]).ids:
            # each pair in a transaction that sees what the intake has committed meanwhile
            self.env.cr.commit()  # pylint: disable=invalid-commit
            self.env["whatsapp.lane"]._read_committed()
            request = self.browse(request_id).exists()
            try:
                if request and request._merge_if_free():
                    self.env["ir.cron"]._commit_progress(1)
            except Exception as error:  # noqa: BLE001 - one pair must not keep the others waiting
                self.env.cr.rollback()
                if not is_conflict(error):
                    _logger.exception("WhatsApp contacts could not be merged (request %s)", request_id)
        if self.search_count([], limit=1):
            self.env.ref("whatsapp_base.ir_cron_whatsapp_merge")._trigger(fields.Datetime.now() + RETRY_AFTER)

    def _merge_if_free(self):
        """Merge one pair and say so, or return False because somebody is handling their messages."""
        self.ensure_one()
        survivor, loser = self.survivor_id, self.loser_id
        if survivor == loser:  # merged through a third contact meanwhile
            return self.unlink()
        if not survivor._lock_for_merge(loser):
            return False
        self.unlink()
        survivor._merge(loser)
        return True
