from odoo import api, fields, models
from odoo.exceptions import UserError

from .whatsapp_order_offer import ACCEPT


class WhatsappOrder(models.Model):
    """Finding the seller: offers, answers, the next one, and what colleagues decide on somebody's behalf."""

    _inherit = "whatsapp.order"

    # ------------------------------------------------------------
    # Offering
    # ------------------------------------------------------------

    def _complete(self):
        """All details are there: confirm to the customer, prepare the sale, find a seller."""
        for order in self:
            order._set_state("new")
            order._prepare_sale_order()
            order._tell_customer("confirmation")
            order._offer_to_next()

    def _offer_to_next(self):
        """Offer the order to the best seller who has not had it yet, or call for help where there is none.

        A seller who cannot be told (no open window, no template) comes after all who can.
        """
        self.ensure_one()
        ranked = self.env["whatsapp.seller"]._ranked_for(self)
        seller = next((s for s in ranked if self._can_tell_seller(s)), ranked[:1])
        if seller:
            self._offer_to(seller)
        else:
            self._nobody_left()

    def _offer_to(self, seller):
        """Offer the order to a seller; whoever has it now loses it."""
        self.ensure_one()
        self._withdraw_offer()
        now = fields.Datetime.now()
        offer = self.env["whatsapp.order.offer"].create({"order_id": self.id, "seller_id": seller.id, "sent_at": now})
        seller.last_offer_at = now
        self._set_state("offered", seller_id=seller.id)
        offer.message_id = self._tell_seller_of_offer(offer)

    def _open_offer(self):
        """Return the offer that waits for an answer; may be empty."""
        return self.offer_ids.filtered(lambda offer: offer.state == "offered")[:1]

    def _withdraw_offer(self, tell=True):
        """Take the open offer back, if there is one."""
        self.ensure_one()
        offer = self._open_offer()
        if offer:
            offer.write({"state": "withdrawn", "answered_at": fields.Datetime.now()})
            # the unique index of open offers must see it before the next one comes
            offer.flush_recordset()
            if tell:
                self._tell_seller(offer.seller_id, "withdrawn_seller", f"order:{self.id}:withdrawn:{offer.id}")

    def _nobody_left(self):
        """Nobody can take the order: keep it, ask the responsible, tell the customer once."""
        self.ensure_one()
        self._set_state("new", seller_id=False)
        self._call_for_help(
            self.env._("Find a seller for %s", self.name),
            self.env._(
                "No available seller is left who does “%s” and has not had this order yet. Offer it to somebody, or set a "
                "seller available.",
                self.type_id.name,
            ),
        )
        self._tell_customer("no_seller")

    # ------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------

    def _answer_offer(self, offer, action, reason="", message=None, user=None):
        """Do what a seller answered to an offer.

        :param offer: one of the order's ``whatsapp.order.offer``, of the seller who answers
        :param str action: accept or reject
        :param message: the seller's ``whatsapp.chat.message``; its reply goes out once
        :param user: the colleague who answers on the seller's behalf
        """
        self.ensure_one()
        self._lock()
        if offer.state == "offered" and self.state == "offered":
            if action == ACCEPT:
                self._accept(offer, reason, user)
            else:
                self._reject_offer(offer, reason, user)
        else:
            self._answer_late(offer, action, message)

    def _accept(self, offer, reason="", user=None):
        """The seller takes the order: confirm the sale and tell both sides, all in this transaction."""
        now = fields.Datetime.now()
        offer.write({"state": "accepted", "answered_at": now, "reason": reason or False, "user_id": user and user.id})
        self._set_state("accepted", seller_id=offer.seller_id.id, accepted_at=now)
        self._help_arrived()
        self._confirm_sale_order()
        self._tell_seller(offer.seller_id, "accepted_seller", f"order:{self.id}:accepted:{offer.id}")
        self._tell_customer("accepted_customer", template="accepted")

    def _reject_offer(self, offer, reason="", user=None):
        """The seller does not take the order: the next one may."""
        offer.write(
            {"state": "rejected", "answered_at": fields.Datetime.now(), "reason": reason or False, "user_id": user and user.id}
        )
        offer.flush_recordset()
        self._tell_seller(offer.seller_id, "declined_seller", f"order:{self.id}:declined:{offer.id}", needed=False)
        self._offer_to_next()

    def _answer_late(self, offer, action, message):
        """Tell a seller that there is nothing to decide any more."""
        key = f"order:{self.id}:late:{message.id if message else offer.id}"
        if offer.state != "accepted":
            self._tell_seller(offer.seller_id, "withdrawn_seller", key)
        elif action == ACCEPT:
            text = self.env._("You have accepted %s already. It is yours.", self.name)
            self._send_notice(offer.seller_id, text, key)
        else:
            self._call_for_help(
                self.env._("%(seller)s wants to give %(order)s back", seller=offer.seller_id.name, order=self.name),
                self.env._("The seller accepted this order before. Agree with them, and offer it to somebody else if need be."),
            )
            text = self.env._("You have accepted %s already. We have asked a colleague to talk to you about it.", self.name)
            self._send_notice(offer.seller_id, text, key)

    # ------------------------------------------------------------
    # Offers that never arrived
    # ------------------------------------------------------------

    @api.model
    def _move_failed_offers(self, limit=100):
        """Offer orders to the next seller where the message to the present one has failed for good.

        :returns: how many were moved
        """
        offers = self.env["whatsapp.order.offer"].search(
            [("state", "=", "offered"), ("message_id.state", "=", "failed")], limit=limit
        )
        for order in offers.order_id:
            order._lock()
            offer = order._open_offer()
            if order.state != "offered" or offer.message_id.state != "failed":
                continue
            order.message_post(
                body=self.env._(
                    "%(seller)s could not be told: %(problem)s.",
                    seller=offer.seller_id.name,
                    problem=offer.message_id.error_title or self.env._("the message failed"),
                )
            )
            offer.write({"state": "expired", "answered_at": fields.Datetime.now()})
            offer.flush_recordset()
            order._offer_to_next()
        return len(offers)

    @api.model
    def _cron_move_failed_offers(self):
        """Move orders on whose offer failed, in batches."""
        batch = 20
        while count := self._move_failed_offers(batch):
            if not self.env["ir.cron"]._commit_progress(count) or count < batch:
                break

    # ------------------------------------------------------------
    # Colleagues
    # ------------------------------------------------------------

    def _check_may_handle(self):
        self.check_access("write")
        if not self.env.user.has_group("whatsapp_base.group_whatsapp_agent") and not self.env.su:
            raise UserError(self.env._("Only WhatsApp agents handle these orders. Ask an administrator for the role."))

    def action_find_seller(self):
        """Send the order on its way: check the details, then offer it to the best seller."""
        self._check_may_handle()
        # sudo: agents handle orders without rights on offers, sale orders and the log of messages
        for order in self.sudo():
            order._lock()
            if order.state not in ("draft", "new"):
                raise UserError(self.env._("%s has a seller, or is closed.", order.name))
            if order._missing_details():
                raise UserError(self.env._("%(order)s: enter first %(missing)s.", order=order.name, missing=order.missing))
            if order.state == "draft":
                order._complete()
            else:
                order._offer_to_next()
        return True

    def action_accept_for_seller(self):
        """Accept on behalf of the seller who has the offer, after a phone call for example."""
        self._check_may_handle()
        for order in self.sudo():  # sudo: see action_find_seller
            offer = order._open_offer()
            if order.state != "offered" or not offer:
                raise UserError(self.env._("%s is not offered to anybody at present.", order.name))
            order._answer_offer(offer, ACCEPT, user=self.env.user)
        return True

    def action_reject_for_seller(self):
        """Reject on behalf of the seller: the order goes to the next one."""
        self._check_may_handle()
        for order in self.sudo():  # sudo: see action_find_seller
            offer = order._open_offer()
            if order.state != "offered" or not offer:
                raise UserError(self.env._("%s is not offered to anybody at present.", order.name))
            order._answer_offer(offer, "reject", user=self.env.user)
        return True

    def _reassign(self, seller):
        """Offer the order to a seller whom a colleague chose."""
        self._check_may_handle()
        for order in self.sudo():  # sudo: see action_find_seller
            order._lock()
            if order.state not in ("new", "offered", "accepted"):
                raise UserError(self.env._("%s cannot be offered in its present state.", order.name))
            if order.seller_id == seller and order.state in ("offered", "accepted"):
                raise UserError(self.env._("%(order)s is with %(seller)s already.", order=order.name, seller=seller.name))
            accepted = order.offer_ids.filtered(lambda o: o.state == "accepted")
            if accepted:
                accepted.write({"state": "withdrawn", "answered_at": fields.Datetime.now()})
                order._tell_seller(accepted.seller_id, "withdrawn_seller", f"order:{order.id}:withdrawn:{accepted[0].id}")
            order._offer_to(seller.sudo())
        return True

    def action_reject(self):
        """The business does not take the order: tell the customer and the seller."""
        return self._close("rejected", "rejected")

    def action_cancel(self):
        """The customer does not want it any more: tell the customer and the seller."""
        return self._close("cancelled", "cancelled")

    def _close(self, state, message):
        self._check_may_handle()
        for order in self.sudo():  # sudo: see action_find_seller
            order._lock()
            if order.state in ("done", "rejected", "cancelled", "expired"):
                raise UserError(self.env._("%s is closed already.", order.name))
            order._withdraw_offer()
            accepted = order.offer_ids.filtered(lambda o: o.state == "accepted")
            if accepted:
                accepted.write({"state": "withdrawn"})
                order._tell_seller(accepted.seller_id, "withdrawn_seller", f"order:{order.id}:withdrawn:{accepted[0].id}")
            order._set_state(state)
            order._help_arrived()
            order._cancel_sale_order()
            order._tell_customer(message)
        return True

    def action_start(self):
        """The seller works on it."""
        self._check_may_handle()
        self.filtered(lambda order: order.state == "accepted")._set_state("in_progress")
        return True

    def action_done(self):
        """The work is finished."""
        self._check_may_handle()
        self.filtered(lambda order: order.state in ("accepted", "in_progress"))._set_state("done")
        return True
