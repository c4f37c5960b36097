from odoo import fields, models
from odoo.tools import format_datetime

from ..cloud_api import account_events
from ..cloud_api.recipients import clean_digits
from ..cloud_api.words import _ as _lt
from ..tools.phrases import say

# how long numbers rest when Meta bans or restricts without an end; the daily refresh and REINSTATE end it earlier
BAN_PAUSE = 7 * 86400
NOT_SETTINGS = {"messaging_product", "metadata", "timestamp", "phone_number_id", "display_phone_number"}
# why they rest: stored in English, see tools.phrases
BANNED = _lt("Meta banned the account")
RESTRICTED = _lt("Meta restricted the account")
RESTRICTION_WORDS = {
    "RESTRICTED_ADD_PHONE_NUMBER_ACTION": _lt("no numbers may be added"),
    "RESTRICTED_BIZ_INITIATED_MESSAGING": _lt("nobody may be written to first"),
    "RESTRICTED_CUSTOMER_INITIATED_MESSAGING": _lt("customers may not be answered"),
    "RESTRICTED_UTILITY_TEMPLATES": _lt("no utility templates"),
    "RESTRICTED_DIRECT_SEND_UTILITY_TEMPLATES": _lt("no utility messages without a template"),
}
DISCONNECTED = _lt("The account is not connected to Meta")


class WhatsappBusinessAccount(models.Model):
    """Notifications about the account and its numbers: each is kept in the history, shown in the chatter, and has
    its effect; an administrator is called where a person must act. One method a field of Meta's.

    Texts are written in the language of whoever is responsible for the account.
    """

    _inherit = "whatsapp.business.account"

    ban_state = fields.Char("Ban", readonly=True, copy=False, tracking=True, help="As Meta reports it; empty: not banned.")

    def _channel_of(self, value):
        """Return the number of this account that a notification is about, or an empty recordset."""
        digits = clean_digits(str(value.get("display_phone_number") or ""))
        return self.channel_ids.filtered(lambda c: digits and clean_digits(c.display_phone_number or "") == digits)[:1]

    def _note_event(self, text, severity="info", channel=None, old=None, new=None, kind="event"):
        """Keep an event in the history and show it in the chatter of the number, else of the account."""
        self.ensure_one()
        # sudo: the history is the system's; people only read it
        self.env["whatsapp.health.log"].sudo().create(
            {
                "account_id": self.id,
                "channel_id": channel.id if channel else False,
                "kind": kind,
                "severity": severity,
                "old_value": old or False,
                "new_value": new or False,
                "text": text,
            }
        )
        (channel or self)._message_log(body=text)

    # ------------------------------------------------------------
    # Numbers
    # ------------------------------------------------------------

    def _on_phone_number_quality_update(self, value):
        """Take over a number's rating, limit or throughput (Webhooks, "phone_number_quality_update")."""
        self = self._speaking()
        channel, event = self._channel_of(value), str(value.get("event") or "").upper()
        if not channel:
            return self._note_event(self.env._("Meta reported %(event)s for %(number)s, which is not set up here.",
                                               event=event, number=value.get("display_phone_number")))
        values = {}
        if event == "THROUGHPUT_UPGRADE":
            values["throughput_level"] = "HIGH"
        elif event == "FLAGGED":
            values.update(quality_rating="RED", status="FLAGGED")
        elif event == "UNFLAGGED":
            values["status"] = "CONNECTED"
        limit = account_events.read_limit(value.get("max_daily_conversations_per_business") or value.get("current_limit"))
        text = self.env._("Meta reported %s for this number.", event)
        channel._message_log(body=text)
        channel._take_over(values, text)
        if limit is not None:
            self._apply_limit(limit)
        return None

    def _on_phone_number_name_update(self, value):
        """Take over the review of a display name (Webhooks, "phone_number_name_update")."""
        self = self._speaking()
        channel, decision = self._channel_of(value), str(value.get("decision") or "").upper()
        name, reason = value.get("requested_verified_name") or "", str(value.get("rejection_reason") or "")
        if reason.upper() == "NONE":
            reason = ""
        text = self.env._("Meta decided on the display name “%(name)s”: %(decision)s. %(reason)s",
                          name=name, decision=decision, reason=reason)
        if not channel:
            return self._note_event(text)
        is_new = bool(channel.requested_name) and name == channel.requested_name
        status = {"APPROVED": "APPROVED", "REJECTED": "DECLINED", "DECLINED": "DECLINED"}.get(decision, "PENDING_REVIEW")
        channel._message_log(body=text)
        if is_new:
            channel.requested_name_status = status
            self._note_event(text, "danger" if status == "DECLINED" else "info", channel, kind="name", new=decision)
            if status == "APPROVED":
                self._alert(channel, self.env._("The display name “%s” is approved", name),
                            self.env._("Register the number again with its PIN, so that customers see it."))
            elif status == "DECLINED":
                self._alert(channel, self.env._("Meta declined the display name “%s”", name), reason or self.env._("Choose another one."))
        else:
            channel._take_over({"name_status": status, **({"verified_name": name} if status == "APPROVED" and name else {})}, text)
        return None

    def _on_business_username_update(self, value):
        """Take over a business username (Webhooks, "business_username_update")."""
        self = self._speaking()
        channel, status = self._channel_of(value), str(value.get("status") or "").lower()
        username = value.get("username") or ""
        text = self.env._("Business username “%(name)s”: %(status)s.", name=username, status=status)
        if not channel:
            return self._note_event(text)
        channel._message_log(body=text)
        channel._take_over({"username": False if status == "deleted" else username}, text)
        return None

    def _on_security(self, value):
        """Tell about the two-step PIN: somebody may be taking the number over (Webhooks, "security")."""
        self = self._speaking()
        channel, event = self._channel_of(value), str(value.get("event") or "").upper()
        who = str(value.get("requester") or "")
        what = {
            "PIN_CHANGED": self.env._("The two-step PIN was changed."),
            "PIN_RESET_REQUEST": self.env._("Somebody asked Meta to remove the two-step PIN."),
            "PIN_REQUEST_SUCCESS": self.env._("The two-step PIN was removed."),
        }.get(event, self.env._("Meta reported %s.", event))
        requester = self.env._("Requested by %s.", who) if who else ""
        text = f"{what} {requester}".strip()
        self._note_event(text, "warning", channel, kind="security", new=event)
        if channel and event in ("PIN_CHANGED", "PIN_REQUEST_SUCCESS"):
            channel.is_pin_enabled = event == "PIN_CHANGED"
        remedy = self.env._("If it was none of you, set a new PIN on the number at once, and check who has access at Meta.")
        self._alert(channel or self, what, f"{remedy} {requester}".strip())

    def _on_account_settings_update(self, value):
        """Note changed settings of a number (Webhooks, "account_settings_update")."""
        self = self._speaking()
        number = value.get("phone_number_id")
        channel = self.channel_ids.filtered(lambda c: number and c.phone_number_id == str(number))[:1] or self._channel_of(value)
        changed = ", ".join(sorted(set(value) - NOT_SETTINGS))
        self._note_event(self.env._("Settings were changed at Meta: %s.", changed or "-"), channel=channel)

    # ------------------------------------------------------------
    # Limits
    # ------------------------------------------------------------

    def _on_business_capability_update(self, value):
        """Take over the portfolio's messaging limit (Webhooks, "business_capability_update")."""
        self = self._speaking()
        for key in ("max_daily_conversations_per_business", "max_daily_conversation_per_phone"):
            limit = account_events.read_limit(value.get(key))
            if limit is not None:
                break
        if limit is None:
            return self._note_event(self.env._("Meta changed what the account may do."))
        tier = account_events.tier_name(limit)
        words = self.env["whatsapp.channel"]._limit_in_words(tier)
        self._note_event(self.env._("Customers whom all numbers together may write to first in a day: %s.", words), kind="limit", new=tier)
        return self._apply_limit(limit)

    def _apply_limit(self, limit):
        """Set the limit of all numbers of the portfolio, which share it."""
        channels = self.env["whatsapp.channel"].with_context(active_test=False).search(
            [("company_id", "=", self.company_id.id), ("portfolio", "=", self.portfolio)]
        )
        channels._take_over({"messaging_limit_tier": account_events.tier_name(limit)})

    # ------------------------------------------------------------
    # Account
    # ------------------------------------------------------------

    def _on_account_update(self, value):
        """Handle what Meta does to the account (Webhooks, "account_update"): one method an event."""
        self = self._speaking()
        event = str(value.get("event") or "").upper()
        handler = getattr(self, f"_on_account_{event.lower()}", None) if event.isidentifier() else None
        if handler:
            return handler(value)
        return self._note_event(self.env._("Meta reported %s for the account.", event or "?"), new=event)

    def _on_account_disabled_update(self, value):
        """A ban, its announcement, or its end."""
        info = value.get("ban_info") or {}
        state, date = str(info.get("waba_ban_state") or "").upper(), str(info.get("waba_ban_date") or "")
        self._note_event(self.env._("Ban state of the account: %(state)s %(date)s", state=state, date=date),
                         "info" if state == "REINSTATE" else "danger", new=state)
        if state == "REINSTATE":
            self.ban_state = False
            self._end_pauses(BANNED)
            return
        self.ban_state = state
        if state == "DISABLE":
            self.channel_ids._pause(BAN_PAUSE, BANNED)
            self._alert(self, self.env._("Meta banned the account %s", self.name),
                        self.env._("Open Account Quality in Meta Business Suite and appeal. Nothing is sent meanwhile; messages wait."))
        else:
            self._alert(self, self.env._("Meta is going to ban the account %s", self.name),
                        self.env._("Open Account Quality in Meta Business Suite and appeal. Date: %s", date or "-"))

    def _on_account_account_restriction(self, value):
        """Restrictions with an end: campaigns, or everything, rest until then."""
        now = fields.Datetime.now()
        for restriction in account_events.read_restrictions(value):
            seconds = (restriction.until - now).total_seconds() if restriction.until else BAN_PAUSE
            until = format_datetime(self.env, restriction.until) if restriction.until else self.env._("further notice")
            kind = say(self.env, RESTRICTION_WORDS.get(restriction.kind, restriction.kind))
            self._note_event(self.env._("Meta restricted the account until %(until)s: %(kind)s.", kind=kind, until=until),
                             "danger", new=restriction.kind)
            if seconds > 0 and restriction.stops_replies:
                self.channel_ids._pause(seconds, RESTRICTED)
            elif seconds > 0 and restriction.stops_bulk:
                self.channel_ids._pause_bulk(seconds, RESTRICTED)
            self._alert(self, self.env._("Meta restricted the account %s", self.name),
                        self.env._("Until %(until)s: %(kind)s. %(remedy)s", kind=kind, until=until, remedy=restriction.remedy))

    def _on_account_account_violation(self, value):
        """A policy was violated; a ban may follow."""
        kind = str((value.get("violation_info") or {}).get("violation_type") or "?")
        self._note_event(self.env._("Meta found a policy violation: %s.", kind), "warning", new=kind)
        self._alert(self, self.env._("Meta found a policy violation of %s", self.name),
                    self.env._("%s. Open Account Quality in Meta Business Suite, correct it or appeal.", kind))

    def _on_account_account_deleted(self, value):
        """The account is gone at Meta."""
        self._lost(self.env._("The account %s was deleted at Meta", self.name))

    def _on_account_partner_removed(self, value):
        """Our app may not work for the account any more."""
        self._lost(self.env._("%s was disconnected from your Meta app", self.name))

    def _on_account_partner_app_uninstalled(self, value):
        """The app was removed from the account."""
        self._lost(self.env._("%s was disconnected from your Meta app", self.name))

    def _lost(self, text):
        self._note_event(text, "danger")
        self._needs_attention(DISCONNECTED, "")
        self.channel_ids._pause(BAN_PAUSE, DISCONNECTED)
        self._alert(self, text, self.env._("Connect it again at Meta, enter a new access token, and press Test Connection."))

    def _end_pauses(self, reason):
        """Send again from numbers that rest for this reason (in English, as it was given)."""
        # sudo: the system set the pause
        self.channel_ids.sudo().with_context(lang=False).filtered(lambda c: c.pause_reason == reason).action_resume()

    def _on_account_review_update(self, value):
        """Take over the policy review of the account (Webhooks, "account_review_update")."""
        self = self._speaking()
        decision = str(value.get("decision") or "").upper()
        self.review_status = self._known("review_status", decision)
        words = dict(self._fields["review_status"]._description_selection(self.env)).get(decision, decision)
        self._note_event(self.env._("Review of the account: %s.", words), "danger" if decision == "REJECTED" else "info", new=decision)
        if decision == "REJECTED":
            self._alert(self, self.env._("Meta rejected the account %s", self.name),
                        self.env._("Open Account Quality in Meta Business Suite and ask for another review."))

    def _on_account_alerts(self, value):
        """Note an alert; a critical one calls somebody (Webhooks, "account_alerts")."""
        self = self._speaking()
        info = value.get("alert_info") or {}
        severity, kind = str(info.get("alert_severity") or "").upper(), str(info.get("alert_type") or "?")
        description = str(info.get("alert_description") or "")
        entity = str(value.get("entity_id") or "")
        channel = self.channel_ids.filtered(lambda c: c.phone_number_id == entity)[:1]
        level = {"CRITICAL": "danger", "WARNING": "warning"}.get(severity, "info")
        self._note_event(self.env._("Alert of Meta's, %(kind)s: %(text)s", kind=kind, text=description or "-"), level, channel, new=kind)
        if level == "danger" or kind.endswith(("_REJECTED", "_FAILED", "_NEED_MORE_INFO", "_LOST")):
            self._alert(channel or self, self.env._("Alert of Meta's: %s", kind), description)
