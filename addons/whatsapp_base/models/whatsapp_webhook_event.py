import json
import logging
import time
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..cloud_api import calling, coexistence, inbound
from ..cloud_api.values import as_dict, as_id
from ..lanes import LOCK_CLAIM, LOCK_CONTACT
from ..tools.contact_locks import person_keys
from ..tools.plain_many2one import PlainMany2one
from .whatsapp_lane import is_conflict

_logger = logging.getLogger(__name__)

BATCH_EVENTS = 200  # notifications claimed at once
BATCH_UPDATES = 1500  # messages and statuses handled in one transaction; each contact among them is a lock
RETRY_DELAYS = (2, 10, 60, 300)  # seconds between tries of what failed
WAIT_DELAYS = (1, 2, 4, 8, 15, 30)  # seconds between looks for the message of an early status
LOCKED_PAUSE = 0.05


class WhatsappWebhookEvent(models.Model):
    """The intake journal: one row for each notification from Meta, as received.

    A row is stored and committed before Meta gets its 200; the ``intake`` lane handles it afterwards. The table
    is plain on purpose: a receiver outside Odoo could fill it with one INSERT.
    """

    _name = "whatsapp.webhook.event"
    _description = "WhatsApp Notification"
    _order = "id desc"
    _log_access = False

    account_id = PlainMany2one("whatsapp.business.account", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id")
    received_at = fields.Datetime(required=True, default=fields.Datetime.now)
    body = fields.Text(required=True, help="The notification exactly as Meta sent it.")
    state = fields.Selection(
        [("pending", "Pending"), ("done", "Done"), ("parked", "Needs attention")], required=True, default="pending"
    )
    remainder = fields.Text(help="What of the notification is still to be handled, in Meta's own shape; empty: all of it.")
    attempts = fields.Integer(default=0)
    next_try_at = fields.Datetime()
    processed_at = fields.Datetime()
    error = fields.Text("Problem")
    note = fields.Char()
    size = fields.Integer(compute="_compute_size")

    _pending_idx = models.Index("(id) WHERE state = 'pending'")
    _parked_idx = models.Index("(id) WHERE state = 'parked'")
    _account_idx = models.Index("(account_id, id)")

    @api.depends("received_at", "account_id")
    def _compute_display_name(self):
        for event in self:
            event.display_name = self.env._("Notification %s", event.id)

    @api.depends("body")
    def _compute_size(self):
        for event in self:
            event.size = len((event.body or "").encode())

    # ------------------------------------------------------------
    # Claiming
    # ------------------------------------------------------------

    @api.model
    def _drain(self):
        """Handle one batch of pending notifications; returns how many there were.

        Runs in a transaction of its own and ends it. Safe beside others: rows are locked with SKIP LOCKED, and
        each contact of the batch is locked until the end, so that one person's messages keep their order.
        """
        events, updates = self._claim()
        if not events:
            return 0
        try:
            events._process(updates)
            self.env.cr.commit()
            return len(events)
        except Exception as error:  # noqa: BLE001 - one notification must never stop the others
            self.env.cr.rollback()
            if is_conflict(error):
                time.sleep(LOCKED_PAUSE)
                return len(events)
            if len(events) == 1:
                events._postpone_after(error)
                self.env.cr.commit()
                return 1
            _logger.exception("WhatsApp intake: a batch failed, its notifications are tried one by one")
        for event in events:
            event._process_alone()
        return len(events)

    def _process_alone(self):
        try:
            if self.try_lock_for_update():
                self.invalidate_recordset()
                if self.state == "pending":
                    self._process({self: self._parse()})
            self.env.cr.commit()
        except Exception as error:  # noqa: BLE001 - see _drain
            self.env.cr.rollback()
            if not is_conflict(error):
                self._postpone_after(error)
                self.env.cr.commit()

    @api.model
    def _claim(self):
        """Lock the next notifications and the contacts in them.

        Claims take turns (a session lock): were they to overlap, a later message could get its contact's lock
        before an earlier one did. A notification whose contact is in other hands is left for the next turn, and
        so is everything after it of the same contacts.

        :returns: (events, ``{event: Notification}``)
        """
        cr = self.env.cr
        cr.execute("SELECT pg_advisory_lock(%s, 0)", [LOCK_CLAIM])
        cr.commit()
        try:
            # senders write delivery states beside us: wait for their row locks instead of failing on them
            self.env["whatsapp.lane"]._read_committed()
            rows = self.env.execute_query(
                SQL(
                    """SELECT id FROM whatsapp_webhook_event
                        WHERE state = 'pending' AND COALESCE(next_try_at, '-infinity') <= now() AT TIME ZONE 'utc'
                        ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED""",
                    BATCH_EVENTS,
                )
            )
            self.invalidate_model(flush=False)
            candidates = self.browse([row[0] for row in rows])
            return self._lock_contacts(candidates)
        except Exception as error:
            cr.rollback()
            if is_conflict(error):
                return self.browse(), {}
            raise
        finally:
            cr.execute("SELECT pg_advisory_unlock(%s, 0)", [LOCK_CLAIM])

    def _lock_contacts(self, candidates):
        updates, keys_of, total = {}, {}, 0
        for event in candidates:
            notification = event._parse()
            count = len(notification.messages) + len(notification.statuses)
            count += sum(coexistence.weight(change.value) for change in notification.changes)
            if updates and total + count > BATCH_UPDATES:
                break
            updates[event] = notification
            keys_of[event] = set().union(
                *map(self._lock_keys, notification.messages), *map(self._lock_keys, notification.statuses),
                *map(self._lock_keys_of_change, notification.changes),
            )
            total += count
        wanted = set().union(*keys_of.values()) if keys_of else set()
        if not wanted:
            return self.browse([event.id for event in updates]), updates
        held = {
            key
            for key, is_ours in self.env.execute_query(
                SQL("SELECT k, pg_try_advisory_xact_lock(%s, k) FROM unnest(%s::int[]) AS k", LOCK_CONTACT, sorted(wanted))
            )
            if is_ours
        }
        blocked = wanted - held
        for event in list(updates):
            if keys_of[event] & blocked:
                blocked |= keys_of[event]
                del updates[event]
        return self.browse([event.id for event in updates]), updates

    @staticmethod
    def _lock_keys(update):
        """Return the advisory lock keys (int4) of a message's or status's person at one number."""
        person = update.sender if isinstance(update, inbound.InboundMessage) else update.recipient
        return person_keys(update.phone_number_id, person.wa_id, person.user_id)

    @staticmethod
    def _lock_keys_of_change(change):
        """Return the lock keys of the people in a change that belongs to their threads: calls, messages of the phone app."""
        number = as_id(as_dict(change.value.get("metadata")).get("phone_number_id")) or ""
        if change.field == "smb_message_echoes":
            people = [echo.person for echo in coexistence.read_echoes(change.value)]
        elif change.field == "calls":
            people = [call.person for call in calling.read_calls(change.value)]
        else:
            return set()
        return set().union(*(person_keys(number, person.wa_id, person.user_id) for person in people))

    def _parse(self):
        self.ensure_one()
        try:
            return inbound.parse(self.remainder or self.body)
        except inbound.NotJson:
            # only a receiver outside Odoo could have stored this: keep it in sight
            return inbound.Notification(messages=[], statuses=[], changes=[], unknown=[])

    # ------------------------------------------------------------
    # Handling
    # ------------------------------------------------------------

    def _process(self, updates):
        """Handle the notifications of this recordset, all in the current transaction.

        :param updates: ``{event: cloud_api.inbound.Notification}``
        """
        rest = {event: Rest() for event in self}
        channels = self._channels_of(updates)
        self._process_statuses(updates, channels, rest)
        self._process_messages(updates, channels, rest)
        if any(updates[event].statuses for event in self):
            # a message of ours may have got its ID just now, after somebody had reacted to it
            self.env["whatsapp.chat.message"]._apply_waiting()
        self._process_changes(updates, rest)
        for event in self:
            rest[event].unknown = len(updates[event].unknown)
        self._settle(rest)

    def _process_statuses(self, updates, channels, rest):
        statuses = [(event, status) for event in self for status in updates[event].statuses]
        served = [
            (channel, status)
            for event, status in statuses
            if (channel := channels.get(status.phone_number_id)) and channel._serves_webhook_of(event.account_id)
        ]
        unmatched = self.env["whatsapp.chat.message"]._apply_statuses(served)
        settled = {id(status) for _channel, status in served} - {id(status) for status in unmatched}
        for event, status in statuses:
            if id(status) not in settled:
                rest[event].statuses.append(status)

    def _process_messages(self, updates, channels, rest):
        items = []
        for event in self:
            for message in updates[event].messages:
                channel = channels.get(message.phone_number_id)
                if channel and channel._serves_webhook_of(event.account_id):
                    items.append((event, channel, message))
                else:
                    rest[event].park(
                        message,
                        self.env._(
                            "No number with the ID %s is set up for this account. Add the number, then replay.",
                            message.phone_number_id or self.env._("(missing)"),
                        ),
                    )
        if not items:
            return
        Conversation = self.env["whatsapp.conversation"]
        try:
            with self.env.cr.savepoint():
                Conversation._receive([(channel, message) for _event, channel, message in items])
            return
        except Exception as error:  # noqa: BLE001 - find the message that does not work and let the others through
            if is_conflict(error):
                raise
            _logger.info("WhatsApp intake: a batch of messages failed, they are tried one by one", exc_info=True)
        for event, channel, message in items:
            try:
                with self.env.cr.savepoint():
                    Conversation._receive([(channel, message)])
            except Exception as error:  # noqa: BLE001 - parked after some tries, visible to administrators
                if is_conflict(error):
                    raise
                _logger.warning("WhatsApp message %s could not be handled", message.wamid, exc_info=True)
                rest[event].fail(message, error)

    def _channels_of(self, updates):
        numbers = {
            update.phone_number_id
            for event in self
            for update in (*updates[event].messages, *updates[event].statuses)
            if update.phone_number_id
        }
        channels = self.env["whatsapp.channel"].with_context(active_test=False).search([("phone_number_id", "in", list(numbers))])
        return {channel.phone_number_id: channel for channel in channels}

    def _process_changes(self, updates, rest):
        """Hand every other field of Meta's to the account; what nobody knows is noted, never dropped.

        A field whose traffic is like that of messages has a method for the whole batch instead: ``_on_all_<field>``.
        """
        Account = self.env["whatsapp.business.account"]
        together = defaultdict(list)
        for event in self:
            for change in updates[event].changes:
                if change.field.isidentifier() and hasattr(Account, f"_on_all_{change.field}"):
                    together[change.field].append((event.account_id, change.value))
                    continue
                account = self._account_of(event, change)
                handler = getattr(account, f"_on_{change.field}", None) if change.field.isidentifier() else None
                if not handler:
                    rest[event].notes.append(self.env._("Field “%s” is stored, but not used.", change.field))
                elif not account:
                    rest[event].notes.append(self.env._("No account with the ID %s is set up here.", change.waba_id))
                else:
                    with self.env.cr.savepoint():
                        handler(change.value)
        for field, items in together.items():
            with self.env.cr.savepoint():
                getattr(Account, f"_on_all_{field}")(items)

    @staticmethod
    def _account_of(event, change):
        """Return the account that a change is about: that of the signature, or another one of the same Meta app."""
        account = event.account_id
        if not change.waba_id or change.waba_id in ("0", account.waba_id):
            return account
        # sudo: signed by the app's secret, for an account of the same company
        return account.sudo().search(
            [("waba_id", "=", change.waba_id), ("app_id", "=", account.app_id or "-"), ("company_id", "=", account.company_id.id)]
        )

    # ------------------------------------------------------------
    # Settling
    # ------------------------------------------------------------

    def _settle(self, rest):
        """Write how far each notification has come; the common case in one statement."""
        now = fields.Datetime.now()
        clean = self.filtered(lambda event: rest[event].is_clean)
        if clean:
            # body and remainder are large: only the small columns are written
            self.env.cr.execute(
                SQL(
                    """UPDATE whatsapp_webhook_event SET state = 'done', processed_at = %s, remainder = NULL,
                              next_try_at = NULL, error = NULL WHERE id = ANY(%s)""",
                    now, clean.ids,
                )
            )
            clean.invalidate_recordset(flush=False)
        for event in self - clean:
            event.write(event._settle_values(rest[event], now))

    def _settle_values(self, rest, now):
        """Return how to go on with a notification of which something is left."""
        tries = self.attempts or 0
        notes = list(rest.notes)
        if rest.unknown:
            notes.append(self.env._("%s part(s) have a shape that is not known.", rest.unknown))
        statuses = rest.statuses
        if statuses and tries >= len(WAIT_DELAYS):
            notes.append(self.env._("%s state(s) of messages that were not sent from here.", len(statuses)))
            statuses = []
        left = rest.remainder(statuses)
        values = {"note": " ".join(notes)[:500] or False, "error": "\n".join(rest.errors)[:5000] or False, "remainder": left}
        if rest.parked or (rest.failed and tries >= len(RETRY_DELAYS)):
            return {**values, "state": "parked", "attempts": tries + 1, "next_try_at": False, "processed_at": now}
        if rest.failed or statuses:
            delays = RETRY_DELAYS if rest.failed else WAIT_DELAYS
            delay = delays[min(tries, len(delays) - 1)]
            return {**values, "attempts": tries + 1, "next_try_at": now + timedelta(seconds=delay)}
        return {**values, "state": "done", "processed_at": now, "next_try_at": False, "remainder": False}

    def _postpone_after(self, error):
        """Note a failure of a whole notification and set its next try, or park it."""
        self.ensure_one()
        tries = self.attempts or 0
        parked = tries >= len(RETRY_DELAYS)
        _logger.error("WhatsApp notification %s failed", self.id, exc_info=error)
        self.write(
            {
                "state": "parked" if parked else "pending",
                "attempts": tries + 1,
                "error": f"{type(error).__name__}: {error}"[:5000],
                "next_try_at": False if parked else fields.Datetime.now() + timedelta(seconds=RETRY_DELAYS[tries]),
            }
        )

    def action_replay(self):
        """Handle notifications again: what is stored already is recognised and not doubled."""
        self.check_access("write")
        if any(event.state == "pending" for event in self):
            raise UserError(self.env._("Pending notifications are handled by themselves. Replay those that are done or parked."))
        self.write({"state": "pending", "attempts": 0, "next_try_at": False, "error": False, "processed_at": False})
        self.env["whatsapp.lane"]._wake("intake")

    @api.autovacuum
    def _gc_orphans(self):
        """Delete what came in for an account at the moment when it was deleted: nobody could ever see it."""
        self.env.cr.execute(
            """DELETE FROM whatsapp_webhook_event e
                WHERE NOT EXISTS (SELECT 1 FROM whatsapp_business_account a WHERE a.id = e.account_id)"""
        )

    @api.autovacuum
    def _gc_done(self):
        """Delete handled notifications after the retention time, in batches."""
        days = self.env["res.config.settings"]._whatsapp_days("whatsapp_base.journal_retention_days")
        if days <= 0:
            return None
        limit = 10_000
        self.env.cr.execute(
            SQL(
                """DELETE FROM whatsapp_webhook_event WHERE id IN (
                       SELECT id FROM whatsapp_webhook_event
                        WHERE state = 'done' AND received_at < (now() AT TIME ZONE 'utc') - %s * interval '1 day'
                        ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)""",
                days, limit,
            )
        )
        return self.env.cr.rowcount, self.env.cr.rowcount == limit


class Rest:
    """What of one notification could not be handled."""

    def __init__(self):
        self.messages = []
        self.statuses = []
        self.errors = []
        self.notes = []
        self.unknown = 0
        self.failed = False
        self.parked = False

    @property
    def is_clean(self):
        return not (self.messages or self.statuses or self.notes or self.unknown)

    def fail(self, message, error):
        """Keep a message whose handling broke, for another try."""
        self.messages.append(message)
        self.errors.append(f"{type(error).__name__}: {error}")
        self.failed = True

    def park(self, message, reason):
        """Keep a message that only a person can help."""
        self.messages.append(message)
        self.errors.append(reason)
        self.parked = True

    def remainder(self, statuses):
        """Return a notification in Meta's shape that holds only what is left, or False."""
        changes = []
        by_number = defaultdict(lambda: ([], [], None))
        for message in self.messages:
            by_number[message.phone_number_id, message.display_phone_number][0].append(message)
        for status in statuses:
            by_number[status.phone_number_id, None][1].append(status)
        for (number, display), (messages, left_statuses, _none) in by_number.items():
            value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": number, "display_phone_number": display}}
            if messages:
                value["messages"] = [message.raw for message in messages]
                value["contacts"] = [contact_json(message.sender) for message in messages]
            if left_statuses:
                value["statuses"] = [status.raw for status in left_statuses]
            changes.append({"field": "messages", "value": value})
        if not changes:
            return False
        return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "", "changes": changes}]})


def contact_json(sender):
    """Return the ``contacts[]`` element of a sender."""
    result = {"profile": {"name": sender.profile_name, "username": sender.username}}
    if sender.wa_id:
        result["wa_id"] = sender.wa_id
    if sender.user_id:
        result["user_id"] = sender.user_id
    if sender.parent_user_id:
        result["parent_user_id"] = sender.parent_user_id
    return result
