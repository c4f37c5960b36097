import random
from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL

from .whatsapp_demo import _read

DAYS = 28
# who answers how much, how fast (minutes to the first answer, in the middle), and from when to when (UTC)
STAFF = {"agent": (5, 6, 8), "maya": (6, 4, 8), "tom": (3, 14, 9), "yuki": (4, 8, 10), "supervisor": (1, 10, 9)}
TEAM_OF = {"agent": "demo_team", "maya": "demo_team", "tom": "demo_team_sales", "yuki": "demo_team_sales", "supervisor": "demo_team"}
NOW = {"agent": "active", "maya": "active", "tom": "busy", "yuki": "break", "supervisor": "active"}
# when customers write: mornings and afternoons
HOURS = [8] + [9] * 3 + [10] * 5 + [11] * 4 + [12] * 2 + [13] * 2 + [14] * 4 + [15] * 4 + [16] * 3 + [17] * 2
BLOCKS = (("active", 0, 210), ("break", 210, 250), ("active", 250, 360), ("busy", 360, 395), ("active", 395, 480))


# customers of the last weeks, and what was said
PAST = (
    "Adam Kowalczyk, Bianca Rossi, Carlos Mendes, Dina Haddad, Erik Lund, Farah Aziz, Georg Huber, Helena Costa, Ian Murray, Julie "
    "Lefevre, Karim Benali, Linh Tran, Marta Gil, Nico Weber, Oksana Bondar, Paulo Reis, Rosa Marin, Sven Dahl, Tara Singh, Uma Nair, "
    "Victor Popa, Wanda Zielinska, Yusuf Kaya, Zoe Clark"
).split(", ")
SAID = (
    ("When are you open?", "Every day from six to ten in the evening.", "Thanks!"),
    ("Has my order left?", "It left this morning, the carrier brings it tomorrow.", "Great, thank you"),
    ("Do you have this in red?", "We do, two are left. Shall I keep one for you?", "Yes please, I pick it up today"),
    ("I would like to return a jacket", "Of course. I have mailed you the label, no need to print it.", "Perfect"),
    ("Can you send me the invoice again?", "It is in your mailbox now.", "Got it 👍"),
    ("What does delivery to Cork cost?", "Seven euros, and nothing from fifty euros on.", "OK, then I order the second one as well"),
)

WORDS = {
    5: ("Very quick, thank you!", "Friendly as always", False, False), 4: ("All clear now", False, False),
    3: ("It took a while", False), 2: ("I had to ask twice", False), 1: ("Still no parcel", "Nobody could tell me when"),
}


class WhatsappDemo(models.AbstractModel):
    """Demo data of the team inbox: who works where, how it stands now, and what the last weeks were like."""

    _inherit = "whatsapp.demo"

    @api.model
    def _load_inbox(self, channel_id):
        """Count the conversations that are there, and make the history that reports show; once."""
        channel = self.env["whatsapp.channel"].browse(channel_id)
        if self.env["whatsapp.chat.message"].search_count([("wamid", "=", "wamid.past00.00")], limit=1):
            return
        self = self.with_context(whatsapp_no_event=True)  # see _load_conversations
        chance, now = random.Random(19), fields.Datetime.now()
        for number, name in enumerate(PAST):
            self._load_conversation(channel, f"past{number:02}", self._past_story(number, name, chance), now)
        conversations = self.env["whatsapp.conversation"].search([("channel_id", "=", channel.id)])
        # what is told here is past: the desk counts it, and greets and assigns nobody because of it
        for name in ("_desk_count", "_desk_deadlines"):
            if name in conversations._desk_followups():
                getattr(conversations, name)()
        resolved = conversations.filtered(lambda c: c.state == "resolved")
        self._load_ends(resolved)
        self._load_snoozes(now)
        self._load_history(resolved, chance)
        self._load_ratings(chance)
        self._load_status_log(chance)
        self._load_statuses()
        conversations.write({"desk_due": False})
        # from now on: nobody is asked about what is told here
        for name in set(TEAM_OF.values()):
            self.env.ref(f"whatsapp_base.{name}").asks_rating = True

    def _past_story(self, number, name, chance):
        """Return a story as those of ``conversations.json``: a question, its answer, and a thank-you, some days ago."""
        question, answer, thanks = SAID[number % len(SAID)]
        ago = 60 * 24 * (1 + number * DAYS // len(PAST)) + chance.randint(0, 400)
        key = list(STAFF)[number % 4]
        return {
            "name": name, "phone": f"4477009002{number:02}", "assignee": key, "state": "resolved",
            "team": TEAM_OF[key].removeprefix("demo_team").strip("_") or None,
            "messages": [
                {"ago": ago, "in": question}, {"ago": ago - chance.randint(2, 12), "out": answer, "state": "read"},
                {"ago": ago - chance.randint(13, 40), "in": thanks},
            ],
        }

    def _staff(self, key):
        return self.env.ref(f"whatsapp_base.demo_user_{key}")

    # ------------------------------------------------------------
    # What the last weeks were like
    # ------------------------------------------------------------

    def _load_history(self, conversations, chance):
        """Make resolved cycles of the last weeks, and the times that customers waited in them."""
        if not conversations:
            return
        today, cycles = fields.Date.today(), []
        outcomes = self.env["whatsapp.outcome"].search([("company_id", "=", conversations.company_id[:1].id)])
        for ago in range(DAYS, 1, -1):
            day = today - timedelta(days=ago)
            count = chance.randint(2, 4) if day.weekday() > 4 else chance.randint(8, 13) - (day.weekday() == 4) * 2
            cycles += [self._past_cycle(day, chance.choice(conversations), outcomes, chance) for _number in range(count)]
        made = self.env["whatsapp.conversation.cycle"].create([values for values, _waits in cycles])
        self.env["whatsapp.conversation.wait"].create(
            [
                {
                    **wait, "cycle_id": cycle.id, "conversation_id": cycle.conversation_id.id, "company_id": cycle.company_id.id,
                    "team_id": cycle.team_id.id, "user_id": cycle.user_id.id,
                }
                for cycle, (_values, waits) in zip(made, cycles, strict=True)
                for wait in waits
            ]
        )

    def _load_ends(self, conversations):
        """Let what the stories resolved have been resolved by its agent soon after the last word, not just now."""
        for conversation in conversations:
            cycle = conversation.cycle_ids[:1]
            end = conversation.last_message_at + timedelta(minutes=6)
            length = int((end - cycle.opened_at).total_seconds())
            cycle.write(
                {
                    "resolved_at": end, "resolved_by_id": conversation.user_id.id, "resolution_seconds": length,
                    "resolution_work_seconds": conversation._work_seconds(cycle.opened_at, end),
                }
            )

    def _load_ratings(self, chance):
        """Make what customers answered of the ratings that cycles have."""
        cycles = self.env["whatsapp.conversation.cycle"].search([("rating_value", ">", 0)])
        model_id = self.env["ir.model"]._get_id("whatsapp.conversation")
        self.env["rating.rating"].create(
            [
                {
                    "res_model_id": model_id, "res_id": cycle.conversation_id.id, "consumed": True, "rating": cycle.rating_value,
                    "whatsapp_conversation_id": cycle.conversation_id.id, "whatsapp_cycle_id": cycle.id,
                    "rated_partner_id": cycle.user_id.partner_id.id, "partner_id": cycle.conversation_id.partner_id.id,
                    "feedback": chance.choice(WORDS[int(cycle.rating_value)]),
                }
                for cycle in cycles
            ]
        )
        for cycle in cycles:
            cycle.write({"rating_state": "rated", "rating_at": cycle.resolved_at + timedelta(minutes=9)})
        self.env.flush_all()
        # Odoo notes when a rating is written: now
        self.env.cr.execute(
            SQL(
                """UPDATE rating_rating r SET create_date = c.resolved_at, write_date = c.rating_at, rated_on = c.rating_at
                     FROM whatsapp_conversation_cycle c WHERE c.id = r.whatsapp_cycle_id"""
            )
        )
        self.env.invalidate_all()

    def _past_cycle(self, day, conversation, outcomes, chance):
        """Return (values of a cycle, values of its waits)."""
        key = chance.choices(list(STAFF), [share for share, _speed, _start in STAFF.values()])[0]
        user, speed = self._staff(key), STAFF[key][1]
        opened = datetime.combine(day, time(chance.choice(HOURS), chance.randrange(60), chance.randrange(60)))
        first = int(60 * speed * chance.lognormvariate(0, 0.8))
        waits, at = [], opened
        for number in range(chance.randint(1, 4)):
            seconds = first if not number else int(60 * speed * chance.lognormvariate(0.2, 0.7))
            answered = at + timedelta(seconds=seconds)
            wait_hour, wait_weekday = conversation._slot(at)
            waits.append(
                {"since": at, "hour": wait_hour, "weekday": wait_weekday,
                 "answered_at": answered, "ended_at": answered, "seconds": seconds, "work_seconds": seconds,
                 "is_first": not number, "is_late": seconds > (1800 if not number else 3600)}
            )
            at = answered + timedelta(minutes=chance.randint(2, 40))
        resolved = at + timedelta(minutes=chance.randint(1, 90))
        length = int((resolved - opened).total_seconds())
        rating = chance.choices((0, 5, 4, 3, 2, 1), (60, 24, 9, 3, 2, 2))[0]
        hour, weekday = conversation._slot(opened)
        values = {
            "conversation_id": conversation.id, "channel_id": conversation.channel_id.id, "contact_id": conversation.contact_id.id,
            "partner_id": conversation.partner_id.id, "company_id": conversation.company_id.id,
            "team_id": self.env.ref(f"whatsapp_base.{TEAM_OF[key]}").id, "user_id": user.id, "opened_at": opened,
            "opened_by": "customer", "first_response_at": opened + timedelta(seconds=first), "first_response_seconds": first,
            "first_response_work_seconds": first, "resolved_at": resolved, "resolved_by_id": user.id, "resolution_seconds": length,
            "resolution_work_seconds": length, "is_reopened": chance.random() < 0.08, "inbound_count": len(waits) + chance.randint(0, 3),
            "outbound_count": len(waits) + chance.randint(0, 2), "is_first_late": first > 1800,
            "is_resolution_late": length > 4 * 3600, "opened_hour": hour, "opened_weekday": weekday,
            "outcome_id": chance.choice(outcomes).id if outcomes else False,
            # who did not answer is no zero in the average
            **({"rating_value": rating} if rating else {}),
        }
        return values, waits

    def _load_status_log(self, chance):
        """Make the working days of the last weeks: when everybody was active, on a break, busy."""
        today, rows = fields.Date.today(), []
        agents = self.env["whatsapp.agent"]._of(self.env["res.users"].union(*map(self._staff, STAFF)))
        agent_of = {agent.user_id: agent for agent in agents}
        for key, (_share, _speed, start) in STAFF.items():
            agent = agent_of[self._staff(key)]
            for ago in range(DAYS, 0, -1):
                day = today - timedelta(days=ago)
                if day.weekday() > 4 or chance.random() < 0.06:
                    continue
                begin = datetime.combine(day, time(start)) + timedelta(minutes=chance.randint(-8, 12))
                for status, since, until in BLOCKS:
                    rows.append(
                        {"agent_id": agent.id, "user_id": agent.user_id.id, "company_id": agent.company_id.id, "status": status,
                         "source": "hand", "started_at": begin + timedelta(minutes=since), "ended_at": begin + timedelta(minutes=until),
                         "seconds": (until - since) * 60}
                    )
        self.env["whatsapp.agent.status.log"].create(rows)

    def _load_statuses(self):
        for key, status in NOW.items():
            self.env["whatsapp.agent"]._of(self._staff(key)).status = status

    # ------------------------------------------------------------
    # How it stands now
    # ------------------------------------------------------------

    def _desk_values(self, story):
        """Return what a story of ``conversations.json`` says besides its messages: tags, priority, team."""
        values = {}
        if story.get("tags"):
            values["tag_ids"] = [Command.set([self.env.ref(f"whatsapp_base.demo_tag_{tag}").id for tag in story["tags"]])]
        if story.get("priority"):
            values["priority"] = story["priority"]
        if story.get("team"):
            values["team_id"] = self.env.ref(f"whatsapp_base.demo_team_{story['team']}").id
        return values

    def _load_snoozes(self, now):
        """Put to sleep what the stories say; after counting, since whoever has just written is woken by it."""
        for number, story in enumerate(_read("conversations.json")):
            if story.get("snoozed"):
                row = self.env["whatsapp.chat.message"].search([("wamid", "=", f"wamid.demo{number:02}.00")])
                row.conversation_id.write(
                    {
                        "snoozed_until": now + timedelta(hours=story["snoozed"]),
                        "snoozed_by_id": self._staff(story.get("assignee", "agent")).id,
                    }
                )
