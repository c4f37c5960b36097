"""The database of `./dev bench inbox`: a business of some years with a hundred thousand conversations.

Made by SQL, since the models would take an hour. What matters for the figures is as in life: nearly everything is resolved,
agents have a few dozen conversations each, some thousand wait for somebody, messages of all conversations lie mixed in the
tables in the order of their time, and texts are made of the same words again and again with a few that are rare.
"""

import contextlib
from dataclasses import dataclass

from .figures import say
from .stack import Stack

FIRST_NAMES = (
    "Ana Amelia Amir Ben Carla Chen Dario Elena Emre Fatima Felix Gita Hanna Hugo Ines Ivan Jonas Julia Kamal Karin Lea Liam Lucia "
    "Mara Marco Mei Mila Nadia Noah Olga Omar Paula Pedro Priya Rahim Rosa Sara Stefan Tariq Vera"
).split()
LAST_NAMES = (
    "Abadi Adler Alonso Arslan Bakker Becker Bianchi Borges Castro Chaudhry Conti Costa Demir Diaz Eriksen Fischer Fontana Garcia "
    "Gomez Haddad Hansen Hassan Hoffmann Ibrahim Ivanova Jensen Kaya Keller Khan Kowalski Kumar Larsen Lopez Mancini Martin Meyer "
    "Moreau Mueller Nakamura Navarro Novak Olsen Ortega Patel Pereira Popescu Ramos Rossi Ruiz Santos Schmidt Silva Singh Sousa "
    "Tanaka Torres Vargas Weber Wolf Yilmaz"
).split()
ASKED = (
    "Hello, where is my order S{n}?", "Do you have the blue one in size M?", "I would like a refund for invoice {n}, please.",
    "When do you open tomorrow?", "The parcel arrived damaged, what can I do?", "Thank you, that works!", "Can I change the address?",
    "How much is delivery to Valencia?", "I sent you the photo of the receipt.", "Is there a discount for ten pieces?",
    "My appointment is on Friday, can we move it?", "The charger stopped working after two days.", "Could you call me back?",
    "I paid twice by mistake, reference {n}.", "Which colours are in stock?", "Perfect, see you then.",
)
ANSWERED = (
    "Good morning! Your order S{n} leaves today.", "Yes, we have it in stock. Shall I put one aside?", "The refund is on its way.",
    "We are open from nine to six.", "I am sorry to hear that. Could you send a photo?", "You are welcome!", "Of course, what is the "
    "new address?", "Delivery is free from fifty euros on.", "Thank you, I have passed it on to accounting.", "For ten pieces you get "
    "fifteen percent off.", "Friday at eleven or Monday at four?", "We will replace it under warranty {n}.", "A colleague calls you in "
    "ten minutes.", "Can I help you with anything else?",
)
SUBJECTS = ("Delivery", "Refund", "Complaint", "Question", "Wholesale", "VIP", "Warranty", "Invoice", "Appointment", "Return")
RARE = "zeppelin"  # a word that five conversations have


@dataclass(frozen=True)
class Size:
    """How much is made. mine: open conversations of each agent; unassigned: those that wait for somebody."""

    conversations: int = 100_000
    messages: int = 1_000_000
    mine: int = 50
    unassigned: int = 2_000


def fill(stack: Stack, size: Size, desk: dict) -> None:
    """Make the data. desk: what `bench.tools.bench_desk` returned: agents and teams.

    The tables may hold a few conversations already; those stay.
    """
    maker = Maker(stack, size, desk)
    with bare(stack, "mail_message", "whatsapp_chat_message", "whatsapp_conversation", "discuss_channel", "res_partner"):
        make(maker, ("people", "conversations", "plan", "messages", "last_messages"))
    make(maker, ("members", "cycles", "tags"))
    stack.sql("DROP TABLE bench_talk, bench_line")
    stack.sql("VACUUM ANALYZE")


@contextlib.contextmanager
def bare(stack: Stack, *tables: str):
    """Take indexes and foreign keys of tables away, and make them again: ten times as fast as keeping them for each row."""
    keys = stack.sql(
        """SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
                  format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
             FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])""", [list(tables)])
    indexes = stack.sql(
        """SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid) FROM pg_index
            WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)""",
        [list(tables)])
    for away, _again in keys + indexes:
        stack.sql(away)
    yield
    say("making indexes again")
    for _away, again in indexes + keys:
        stack.sql(again)


def make(maker: "Maker", steps: tuple) -> None:
    """Take some steps, and say so."""
    for what in steps:
        say(f"making {maker.size.conversations:,} conversations: {what.replace('_', ' ')}")
        getattr(maker, what)()


class Maker:
    """One step a method. A scratch table `bench_talk` has a row for each conversation, `bench_line` one for each message."""

    def __init__(self, stack: Stack, size: Size, desk: dict):
        self.stack, self.size = stack, size
        self.params = {
            "count": size.conversations, "assigned": size.mine * len(desk["agents"]), "unassigned": size.unassigned,
            "agents": [agent["user"] for agent in desk["agents"]], "partners": [agent["partner"] for agent in desk["agents"]],
            "agent_teams": [agent["team"] for agent in desk["agents"]], "teams": desk["teams"],
            "first": FIRST_NAMES, "last": LAST_NAMES, "asked": list(ASKED), "answered": list(ANSWERED), "rare": RARE,
            "channel": stack.channel_id, "average": size.messages / size.conversations, "subjects": list(SUBJECTS),
            "offset": stack.sql("SELECT coalesce(max(id), 0) FROM whatsapp_conversation")[0][0],
        }

    def run(self, query: str) -> None:
        """Run SQL with the parameters of this run."""
        self.stack.sql(query, self.params)

    def people(self) -> None:
        """Customers, their cards in Odoo, and who they are in this benchmark (`bench_talk`)."""
        self.run("SELECT setseed(0.42)")
        # `kind`: 1 an agent's, 2 waits for somebody, 3 resolved. `n` is in no order with `kind`, as IDs are in life.
        self.run(
            """CREATE UNLOGGED TABLE bench_talk AS
               SELECT n, nextval('res_partner_id_seq')::int AS partner, nextval('whatsapp_contact_id_seq')::int AS contact,
                      nextval('whatsapp_conversation_id_seq')::int AS id, nextval('discuss_channel_id_seq')::int AS thread,
                      CASE WHEN place <= %(assigned)s THEN 1 WHEN place <= %(assigned)s + %(unassigned)s THEN 2 ELSE 3 END AS kind,
                      (%(agents)s::int[])[1 + place %% array_length(%(agents)s::int[], 1)] AS agent,
                      (%(partners)s::int[])[1 + place %% array_length(%(partners)s::int[], 1)] AS agent_partner,
                      CASE WHEN place <= %(assigned)s
                           THEN (%(agent_teams)s::int[])[1 + place %% array_length(%(agent_teams)s::int[], 1)]
                           ELSE (%(teams)s::int[])[1 + n %% array_length(%(teams)s::int[], 1)] END AS team,
                      (%(first)s::text[])[1 + (random() * 7919)::int %% array_length(%(first)s::text[], 1)] || ' ' ||
                      (%(last)s::text[])[1 + (random() * 7919)::int %% array_length(%(last)s::text[], 1)] AS name,
                      (34600000000 + n)::text AS phone, random() AS luck,
                      -- a few talk a lot, most a little
                      greatest(1, round(%(average)s * CASE WHEN n %% 500 = 0 THEN 21 ELSE 0.16 + 1.6 * random() END))::int AS lines
                 FROM (SELECT %(offset)s + n AS n, row_number() OVER (ORDER BY random())::int AS place
                         FROM generate_series(1, %(count)s) n) x""")
        self.run("ALTER TABLE bench_talk ADD PRIMARY KEY (id)")
        self.run(
            """INSERT INTO res_partner (id, name, complete_name, type, lang, active, is_company, partner_share, phone, phone_sanitized,
                      email, email_normalized, commercial_partner_id, create_date, write_date)
               SELECT partner, name, name, 'contact', 'en_US', TRUE, FALSE, TRUE, '+' || phone, '+' || phone,
                      'customer' || n || '@example.com', 'customer' || n || '@example.com', partner, now(), now() FROM bench_talk""")
        self.run(
            """INSERT INTO whatsapp_contact (id, company_id, portfolio, wa_id, phone_key, profile_name, partner_id, active,
                      create_date, write_date)
               SELECT contact, c.company_id, c.portfolio, phone, phone, b.name, partner, TRUE, now(), now()
                 FROM bench_talk b, whatsapp_channel c WHERE c.id = %(channel)s""")

    def conversations(self) -> None:
        """Conversations and their threads, without what messages say about them."""
        self.run(
            """INSERT INTO whatsapp_conversation (id, channel_id, contact_id, company_id, partner_id, user_id, team_id, state, priority,
                      snoozed_until, snoozed_by_id, assigned_at, create_date, write_date)
               SELECT b.id, %(channel)s, b.contact, c.company_id, b.partner, CASE WHEN kind <> 2 THEN b.agent END, b.team,
                      CASE kind WHEN 3 THEN 'resolved' WHEN 2 THEN 'open' ELSE CASE WHEN luck < 0.25 THEN 'pending' ELSE 'open' END END,
                      CASE WHEN luck > 0.98 THEN '2' WHEN luck > 0.93 THEN '1' ELSE '0' END,
                      CASE WHEN kind = 1 AND luck > 0.9 THEN now() AT TIME ZONE 'utc' + luck * interval '3 days' END,
                      CASE WHEN kind = 1 AND luck > 0.9 THEN b.agent END,
                      CASE WHEN kind <> 2 THEN now() AT TIME ZONE 'utc' END, now(), now()
                 FROM bench_talk b, whatsapp_channel c WHERE c.id = %(channel)s""")
        self.run(
            """INSERT INTO discuss_channel (id, name, channel_type, uuid, active, whatsapp_conversation_id, last_interest_dt,
                      create_date, write_date)
               SELECT thread, name, 'whatsapp_chat', md5('bench' || n), TRUE, id, now(), now(), now() FROM bench_talk""")
        self.run("ANALYZE whatsapp_conversation")

    def plan(self) -> None:
        """What is said, when, by whom: `bench_line`, in the order of time, with the IDs that the messages will have."""
        self.run(
            """CREATE UNLOGGED TABLE bench_line AS
               SELECT nextval('mail_message_id_seq')::int AS shown, nextval('whatsapp_chat_message_id_seq')::int AS id, x.* FROM (
                   SELECT b.id AS talk, turn, at, inward, CASE WHEN turn = 1 AND b.n %% 20011 = 7 THEN 'Do you sell a ' || %(rare)s || '?'
                               ELSE replace(CASE WHEN inward THEN (%(asked)s::text[])[1 + dice %% array_length(%(asked)s::text[], 1)]
                                            ELSE (%(answered)s::text[])[1 + dice %% array_length(%(answered)s::text[], 1)] END,
                                            '{n}', lpad((dice * 13 + b.n)::text, 7, '0')) END AS text
                     FROM bench_talk b, LATERAL (
                          -- active conversations ended within a day, finished ones within two years
                          SELECT turn, (random() * 99991)::int AS dice,
                                 -- the last word is ours where the conversation is finished or waits for the customer
                                 CASE WHEN turn = b.lines THEN kind = 2 OR (kind = 1 AND luck >= 0.25) ELSE random() < 0.55 END AS inward,
                                 now() AT TIME ZONE 'utc' - (b.lines - turn) * (1 + luck * 30) * interval '5 minutes'
                                 - CASE WHEN kind = 3 THEN interval '1 day' + luck * luck * interval '700 days'
                                        ELSE luck * interval '20 hours' END AS at
                            FROM generate_series(1, b.lines) turn) said
                    ORDER BY at) x""")
        self.run("CREATE INDEX ON bench_line (talk, turn)")
        self.run("ANALYZE bench_talk, bench_line")

    def messages(self) -> None:
        """Messages in the log, and what Discuss shows of them."""
        self.run(
            """INSERT INTO mail_message (id, model, res_id, message_type, subtype_id, author_id, body, date, message_id, is_internal,
                      create_date, write_date)
               SELECT l.shown, 'discuss.channel', b.thread, 'comment', s.res_id, CASE WHEN inward THEN b.partner ELSE b.agent_partner END,
                      '<p>' || text || '</p>', l.at, '<bench' || l.id || '@example.com>', FALSE, l.at, l.at
                 FROM bench_line l JOIN bench_talk b ON b.id = l.talk
                 JOIN ir_model_data s ON s.module = 'mail' AND s.name = 'mt_comment' ORDER BY l.id""")
        self.run(
            """INSERT INTO whatsapp_chat_message (id, conversation_id, channel_id, contact_id, company_id, direction, origin, type, state,
                      lane, priority, body, summary, uuid, wamid, sent_on, accepted_at, delivered_at, read_at, mail_message_id, user_id,
                      is_handled, create_date, write_date)
               SELECT l.id, b.id, c.id, b.contact, c.company_id, CASE WHEN inward THEN 'inbound' ELSE 'outbound' END,
                      CASE WHEN inward THEN 'customer' ELSE 'agent' END, 'text', CASE WHEN inward THEN 'received' ELSE 'read' END,
                      'replies', 0, text, text, md5('bench' || l.id), 'wamid.bench' || l.id, l.at,
                      CASE WHEN NOT inward THEN l.at END, CASE WHEN NOT inward THEN l.at END, CASE WHEN NOT inward THEN l.at END,
                      l.shown, CASE WHEN NOT inward THEN b.agent END, TRUE, l.at, l.at
                 FROM bench_line l JOIN bench_talk b ON b.id = l.talk JOIN whatsapp_channel c ON c.id = %(channel)s ORDER BY l.id""")

    def last_messages(self) -> None:
        """What a conversation says about its messages: last ones, who waits since when, window."""
        self.run(
            """UPDATE whatsapp_conversation v
                  SET discuss_channel_id = f.thread, last_message_at = f.last, last_inbound_at = f.inbound, last_outbound_at = f.outbound,
                      window_expires_at = f.inbound + interval '1 day', last_message_preview = f.preview, desk_message_id = f.newest,
                      waiting_since = CASE WHEN f.kind < 3 AND f.unanswered > 0 THEN f.since END,
                      unanswered_count = CASE WHEN f.kind < 3 THEN f.unanswered ELSE 0 END
                 FROM (SELECT l.talk, b.kind, b.thread, max(at) AS last, max(at) FILTER (WHERE inward) AS inbound, max(l.id) AS newest,
                              max(at) FILTER (WHERE NOT inward) AS outbound, (array_agg(text ORDER BY l.turn DESC))[1] AS preview,
                              count(*) FILTER (WHERE l.turn > coalesce(answer.turn, 0)) AS unanswered,
                              min(at) FILTER (WHERE l.turn > coalesce(answer.turn, 0)) AS since
                         FROM bench_line l JOIN bench_talk b ON b.id = l.talk
                    LEFT JOIN (SELECT talk, max(turn) AS turn FROM bench_line WHERE NOT inward GROUP BY 1) answer ON answer.talk = l.talk
                     GROUP BY 1, 2, 3) f
                WHERE v.id = f.talk""")
        self.run(
            """UPDATE whatsapp_contact c SET last_inbound_at = v.last_inbound_at
                 FROM whatsapp_conversation v WHERE v.contact_id = c.id AND c.id IN (SELECT contact FROM bench_talk)""")
        self.run(
            """UPDATE discuss_channel d SET last_interest_dt = v.last_message_at
                 FROM whatsapp_conversation v WHERE v.discuss_channel_id = d.id AND d.id IN (SELECT thread FROM bench_talk)""")

    def members(self) -> None:
        """Agents are in the threads of their open conversations."""
        self.run(
            """INSERT INTO discuss_channel_member (channel_id, partner_id, new_message_separator, last_interest_dt, create_date, write_date)
               SELECT b.thread, b.agent_partner, 1 + coalesce(max(l.shown) FILTER (WHERE NOT l.inward), 0), now(), now(), now()
                 FROM bench_talk b JOIN bench_line l ON l.talk = b.id WHERE b.kind = 1 GROUP BY 1, 2""")

    def cycles(self) -> None:
        """One case for each conversation, and the times that its customer waited."""
        self.run(
            """INSERT INTO whatsapp_conversation_cycle (conversation_id, channel_id, contact_id, partner_id, company_id, team_id, user_id,
                      opened_at, opened_by, first_response_at, first_response_seconds, first_response_work_seconds, resolved_at,
                      resolved_by_id, resolution_seconds, resolution_work_seconds, inbound_count, outbound_count, state, rating_value,
                      create_date, write_date)
               SELECT b.id, v.channel_id, b.contact, b.partner, v.company_id, b.team, v.user_id, s.opened, 'customer', s.answer,
                      extract(epoch FROM s.answer - s.opened), extract(epoch FROM s.answer - s.opened) / 3,
                      CASE WHEN kind = 3 THEN v.last_message_at END, CASE WHEN kind = 3 THEN b.agent END,
                      CASE WHEN kind = 3 THEN extract(epoch FROM v.last_message_at - s.opened) END,
                      CASE WHEN kind = 3 THEN extract(epoch FROM v.last_message_at - s.opened) / 3 END, s.inbound, s.outbound,
                      CASE WHEN kind = 3 THEN 'resolved' ELSE 'open' END,
                      CASE WHEN kind = 3 AND luck < 0.2 THEN 1 + (luck * 100)::int %% 5 END,
                      s.opened, s.opened
                 FROM bench_talk b JOIN whatsapp_conversation v ON v.id = b.id, LATERAL (
                      SELECT min(at) AS opened, min(at) FILTER (WHERE NOT inward) AS answer, count(*) FILTER (WHERE inward) AS inbound,
                             count(*) FILTER (WHERE NOT inward) AS outbound
                        FROM bench_line l WHERE l.talk = b.id) s""")
        self.run("""UPDATE whatsapp_conversation v SET cycle_id = c.id FROM whatsapp_conversation_cycle c
                     WHERE c.conversation_id = v.id AND c.resolved_at IS NULL""")
        self.run(
            """INSERT INTO whatsapp_conversation_wait (cycle_id, conversation_id, company_id, team_id, user_id, since, answered_at,
                      ended_at, seconds, work_seconds, is_first, create_date, write_date)
               SELECT c.id, c.conversation_id, c.company_id, c.team_id, c.user_id, c.opened_at, c.first_response_at,
                      coalesce(c.first_response_at, c.resolved_at), c.first_response_seconds, c.first_response_work_seconds, TRUE,
                      c.opened_at, c.opened_at
                 FROM whatsapp_conversation_cycle c WHERE c.conversation_id IN (SELECT id FROM bench_talk)""")

    def tags(self) -> None:
        """Ten tags; one conversation in three has one."""
        self.run("""INSERT INTO whatsapp_tag (name, color, active, create_date, write_date)
                    SELECT jsonb_build_object('en_US', s), 1, TRUE, now(), now() FROM unnest(%(subjects)s::text[]) s
                        ON CONFLICT DO NOTHING""")
        table, own, other = self.stack.rpc.call("bench.tools", "bench_relation", "whatsapp.conversation", "tag_ids")
        self.run(
            f"""INSERT INTO {table} ({own}, {other})
                SELECT b.id, tags.ids[1 + b.n %% array_length(tags.ids, 1)]
                  FROM bench_talk b, (SELECT array_agg(id) AS ids FROM whatsapp_tag) tags WHERE b.luck < 0.33""")
