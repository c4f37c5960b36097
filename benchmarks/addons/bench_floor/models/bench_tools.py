import time
import uuid
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.whatsapp_base.cloud_api.inbound import Identity


class BenchTools(models.AbstractModel):
    """Test data through the real models, and a foreign job. Called over RPC by the benchmarks."""

    _name = "bench.tools"
    _description = "Benchmark Tools"

    @api.model
    def bench_connect(self, graph_url):
        """Connect the simulator's account; returns its callback uuid and ``{phone number id: channel id}``."""
        self = self.sudo()
        account = self.env["whatsapp.business.account"].search([("waba_id", "=", "200000000000001")])
        if account:  # a database that is measured again
            account.graph_url = graph_url
        else:
            account = account.create(
                {
                    "name": "Benchmark", "waba_id": "200000000000001", "app_id": "100000000000001", "graph_url": graph_url,
                    "access_token": "demo-access-token", "app_secret": "demo-app-secret", "verify_token": "demo-verify-token",
                }
            )
        account.action_test_connection()
        return {
            "account": account.id, "hook": account.webhook_uuid,
            "channels": {channel.phone_number_id: channel.id for channel in account.channel_ids},
        }

    @api.model
    def bench_talks(self, channel_id, phones):
        """Make contacts, customers, conversations and Discuss channels of these numbers, with open windows.

        :returns: list of (conversation id, discuss channel id), in the order of ``phones``
        """
        self = self.sudo()
        channel = self.env["whatsapp.channel"].browse(channel_id)
        people = [Identity(wa_id=phone, user_id=None, parent_user_id=None, profile_name=f"Known {phone[-4:]}", username=None)
                  for phone in phones]
        contact_of = self.env["whatsapp.contact"]._find_or_create(channel.company_id, channel.portfolio, people)
        contacts = self.env["whatsapp.contact"].union(*contact_of.values())
        conversation_of = self.env["whatsapp.conversation"]._find_or_create(channel, contacts)
        now = fields.Datetime.now()
        talks = self.env["whatsapp.conversation"].union(*conversation_of.values())
        talks.write({"window_expires_at": now + timedelta(hours=24), "last_inbound_at": now})
        rows = [conversation_of[contact_of[person]] for person in people]
        return [(row.id, row.discuss_channel_id.id) for row in rows]

    @api.model
    def bench_shown(self, conversation_ids, count, prefix):
        """Make ``count`` accepted replies in each conversation that Discuss shows; their wamids are ``prefix`` + number."""
        self = self.sudo()
        values, shown = [], []
        now = fields.Datetime.now()
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment")
        for conversation in self.env["whatsapp.conversation"].browse(conversation_ids):
            for _turn in range(count):
                shown.append(
                    {"model": "discuss.channel", "res_id": conversation.discuss_channel_id.id, "body": "An answer",
                     "message_type": "comment", "subtype_id": subtype_id, "author_id": self.env.user.partner_id.id}
                )
                values.append(
                    {"conversation_id": conversation.id, "channel_id": conversation.channel_id.id,
                     "contact_id": conversation.contact_id.id, "company_id": conversation.company_id.id,
                     "direction": "outbound", "origin": "agent", "type": "text", "state": "accepted", "body": "An answer",
                     "summary": "An answer", "payload": '{"type": "text", "text": {"body": "An answer"}}',
                     "wamid": f"{prefix}{len(values)}", "uuid": uuid.uuid4().hex, "accepted_at": now, "sent_on": now}
                )
        messages = self.env["mail.message"].create(shown)
        for row, message in zip(values, messages, strict=True):
            row["mail_message_id"] = message.id
        self.env["whatsapp.chat.message"].create(values)
        return len(values)

    @api.model
    def bench_agent(self, conversation_ids):
        """Make an agent who is a member of the first half of these conversations; returns (login, password)."""
        self = self.sudo()
        agent = self.env["res.users"].create(
            {"name": "Benchmark Agent", "login": "bench_agent", "password": "bench_agent",
             "group_ids": [(4, self.env.ref("whatsapp_base.group_whatsapp_agent").id)]}
        )
        self.env["whatsapp.conversation"].browse(conversation_ids).write({"user_id": agent.id})
        return agent.login, "bench_agent"

    @api.model
    def bench_hog(self, jobs, seconds, load):
        """Have ``jobs`` scheduled actions run for ``seconds``, each keeping its cron worker busy."""
        self = self.sudo()
        crons = self.env["ir.cron"].create(
            [
                {"name": f"Foreign job {number}", "model_id": self.env["ir.model"]._get_id("bench.tools"),
                 "state": "code", "code": f"model._hog({number}, {float(seconds)}, {float(load)})", "interval_number": 1,
                 "interval_type": "months", "nextcall": fields.Datetime.now(), "priority": 0, "user_id": self.env.uid}
                for number in range(jobs)
            ]
        )
        for cron in crons:
            cron._trigger()
        return crons.ids

    @api.model
    def _hog(self, number, seconds, load):
        """Read and compute for a share of the time, as an import or a report does, and sleep for the rest."""
        with self.env.registry.cursor() as cr:  # seen at once from outside
            cr.execute("INSERT INTO bench_floor (received_at, body) VALUES (now() AT TIME ZONE 'utc', %s)", [f"hog {number}"])
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            start = time.monotonic()
            while time.monotonic() - start < 0.1 * load:
                self.env["res.partner"].search_read([], ["name", "email"], limit=40)
                self.env.invalidate_all()
            time.sleep(0.1 * (1 - load))

    @api.model
    def bench_desk(self, agents, teams):
        """Make teams with agents and a supervisor for each two of them; all log in with their login as password.

        :returns: ``{"teams": [ids], "agents": [{"login", "user", "partner", "team"}], "supervisors": [logins]}``; those that are
            there already, if there are
        """
        self = self.sudo()
        Users = self.env["res.users"].with_context(no_reset_password=True)
        group = {name: self.env.ref(f"whatsapp_base.group_whatsapp_{name}").id for name in ("agent", "supervisor", "admin")}

        def people(kind, count):
            return Users.create([
                {"name": f"{kind.title()} {number:02}", "login": f"{kind}{number:02}", "password": f"{kind}{number:02}",
                 "group_ids": [(4, group[kind])]} for number in range(count)])

        made = self.env["whatsapp.team"].search([("name", "=like", "Team %")], order="id")
        everybody = Users.search([("login", "=like", "agent__")], order="login")
        leaders = Users.search([("login", "=like", "supervisor__")], order="login")
        if not made:
            made = made.create([{"name": f"Team {number + 1}"} for number in range(teams)])
            everybody, leaders = people("agent", agents), people("supervisor", (teams + 1) // 2)
            for number, team in enumerate(made):
                team.member_ids = everybody[number::teams]
                team.supervisor_ids = leaders[number // 2]
            self.env.ref("base.user_admin").group_ids = [(4, group["admin"])]
        return {
            "teams": made.ids,
            "agents": [{"login": user.login, "user": user.id, "partner": user.partner_id.id, "team": made[number % teams].id}
                       for number, user in enumerate(everybody)],
            "supervisors": leaders.mapped("login"),
        }

    @api.model
    def bench_relation(self, model, name):
        """Return (table, own column, other column) of a many-to-many field."""
        field = self.env[model]._fields[name]
        return field.relation, field.column1, field.column2

    @api.model
    def bench_queries(self, login, model, method, *args):
        """Return how many database queries a call makes for a user whose process has called it before."""
        user = self.env["res.users"].sudo().search([("login", "=", login)])
        for _turn in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            env = self.env(user=user.id, su=False)
            before = self.env.cr.sql_log_count
            getattr(env[model], method)(*args)
        return self.env.cr.sql_log_count - before
