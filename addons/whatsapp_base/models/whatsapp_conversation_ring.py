import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

FRESH = timedelta(minutes=10)  # nobody is rung for what has waited longer: it was rung for, or the desk was down
PREVIEW = 200
ICON = "/web/static/img/odoo-icon-192x192.png"


class WhatsappConversation(models.Model):
    """Rings the devices of those who wish to hear of what waits for their teams. The desk's work, once for each wait."""

    _inherit = "whatsapp.conversation"

    rung_since = fields.Datetime(readonly=True, copy=False, help="The wait for which colleagues were rung.")

    def _system_fields(self):
        return super()._system_fields() | {"rung_since"}

    @api.model
    def _desk_followups(self):
        return [*super()._desk_followups(), "_desk_ring"]

    def _desk_ring(self):
        """Ring for conversations that nobody has taken: a constant number of queries, one push for each device."""
        now = fields.Datetime.now()
        fresh = self.filtered(
            lambda conversation: conversation.waiting_since
            and conversation.waiting_since != conversation.rung_since
            and conversation.waiting_since > now - FRESH
            and not conversation.snoozed_until
            and conversation._is_waiting()
        )
        if not fresh:
            return
        for since, group in fresh.grouped("waiting_since").items():
            group.rung_since = since
        wanted = self._who_wants_to_hear(fresh, now)
        if wanted:
            self._push_waiting(wanted)

    @api.model
    def _who_wants_to_hear(self, conversations, now):
        """Return ``{partner id: conversations}``: members of the teams, and of numbers without a team those who chose them."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT m.team_id, NULL, u.partner_id FROM whatsapp_team_member m
                     JOIN res_users u ON u.id = m.user_id AND u.active
                LEFT JOIN whatsapp_agent a ON a.user_id = u.id
                    WHERE m.team_id = ANY(%(teams)s)
                      AND NOT (a.status IS NOT DISTINCT FROM 'break')
                      AND NOT (a.status IS NOT DISTINCT FROM 'offline' AND a.status_source <> 'inactivity')
                    UNION ALL
                   SELECT NULL, r.channel_id, u.partner_id FROM whatsapp_alert_rule r
                     JOIN res_users u ON u.id = r.user_id AND u.active
                    WHERE r.channel_id = ANY(%(channels)s) AND r.alerts = 'all'""",
                teams=conversations.team_id.ids,
                channels=conversations.filtered(lambda conversation: not conversation.team_id).channel_id.ids,
            )
        )
        Settings = self.env["res.users.settings"]
        chosen = Settings._whatsapp_load_alerts({partner_id for _team, _channel, partner_id in rows})
        agents = self._agent_partners(chosen)
        wanted = {}
        for team_id, channel_id, partner_id in rows:
            if partner_id not in agents:
                continue
            for conversation in conversations:
                number, team = conversation.channel_id.id, conversation.team_id.id
                is_theirs = team == team_id if team_id else not team and number == channel_id
                if is_theirs and Settings._whatsapp_pushes(chosen.get(partner_id), number, team, is_mine=False, now=now):
                    wanted[partner_id] = wanted.get(partner_id, self.browse()) | conversation
        return wanted

    @api.model
    def _agent_partners(self, partner_ids):
        """Return those partners whose users have the role: membership of a team alone opens no conversation."""
        group = self.env["ir.model.data"]._xmlid_to_res_id("whatsapp_base.group_whatsapp_agent")
        # sudo: who is an agent is not told, only whom to ring
        users = self.env["res.users"].sudo().search([("partner_id", "in", list(partner_ids)), ("all_group_ids", "in", group)])
        return set(users.partner_id.ids)

    @api.model
    def _push_waiting(self, wanted):
        """Queue one push for each device; Odoo's scheduled action encrypts and sends them."""
        Channel = self.env["discuss.channel"]
        devices, _private_key, _public_key = Channel._web_push_get_partners_parameters(list(wanted))
        if not devices:
            return
        # sudo: mail.push - the queue is Odoo's own, nobody has rights on it
        self.env["mail.push"].sudo().create(
            [
                {"mail_push_device_id": device.id, "payload": json.dumps(self._waiting_payload(device, wanted[device.partner_id.id]))}
                for device in devices
            ]
        )
        self.env["ir.cron"].browse(self.env["ir.model.data"]._xmlid_to_res_id("mail.ir_cron_web_push_notification"))._trigger()

    def _waiting_payload(self, device, conversations):
        """Return what a lock screen shows, in the language of the device's owner."""
        env = self.env(context=dict(self.env.context, lang=device.partner_id.lang))
        newest = conversations.sorted("last_message_at")[-1:]
        title, body = newest.contact_id._label(), newest.last_message_preview or ""
        if len(conversations) > 1:
            title = env._("%s customers are waiting", len(conversations))
            body = ", ".join(conversation.contact_id._label() for conversation in conversations)
        return {
            "title": title,
            "options": {
                "body": body[:PREVIEW],
                "icon": f"/web/image/res.partner/{newest.partner_id.id}/avatar_128" if newest.partner_id else ICON,
                "data": {"model": "discuss.channel", "res_id": newest.discuss_channel_id.id},
            },
        }

    @api.model
    def own_waiting_count(self):
        """Return how many of the user's own conversations wait for an answer: the counter of the browser's tab."""
        return self.search_count(
            [("user_id", "=", self.env.uid), ("state", "=", "open"), ("waiting_since", "!=", False), ("snoozed_until", "=", False)]
        )
