"""The inbox's list: what each view shows to whom, in which order, found by what, and at what cost."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import WhatsappCommon

AGENT_GROUPS = "base.group_user,whatsapp_base.group_whatsapp_agent"


class InboxCommon(WhatsappCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.now = fields.Datetime.now()
        cls.colleague = new_test_user(cls.env, "wa_colleague", AGENT_GROUPS)
        cls.team.member_ids |= cls.colleague
        cls.serial = 0

    @classmethod
    def talk(cls, name, minutes=0, waiting=None, **values):
        """Return a conversation whose last message is so many minutes old."""
        cls.serial += 1
        conversation = cls._conversation(f"346009{cls.serial:05}")
        conversation.contact_id.profile_name = name
        conversation.partner_id.name = name
        at = cls.now - timedelta(minutes=minutes)
        values = {"last_message_at": at, "last_inbound_at": at, "last_message_preview": name, **values}
        if waiting is not None:
            values.update(waiting_since=cls.now - timedelta(minutes=waiting), unanswered_count=1)
        conversation.write(values)
        return conversation

    def inbox(self, user=None):
        return self.Conversation.with_user(user or self.agent)

    def listed(self, user=None, **query):
        """Return the IDs of a list, in order, all pages, of two rows each."""
        ids, after = [], None
        while after is not False:
            page = self.inbox(user).inbox_list(query, after, 2)
            ids += [row["id"] for row in page["rows"]]
            after = page["after"]
        return ids


@tagged("post_install", "-at_install")
class TestInboxViews(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls.talk("Mine", 3, user_id=cls.agent.id)
        cls.theirs = cls.talk("Theirs", 2, user_id=cls.colleague.id)
        cls.free = cls.talk("Free", 1, waiting=20)
        cls.done = cls.talk("Done", 5, user_id=cls.agent.id, state="resolved")
        cls.asleep = cls.talk("Asleep", 4, user_id=cls.agent.id, snoozed_until=cls.now + timedelta(hours=1))
        cls.blocked = cls.talk("Blocked", 6, waiting=30)
        cls.blocked.contact_id.blocked = True

    def assertLists(self, expected, user=None, **query):
        self.assertEqual(self.Conversation.browse(self.listed(user, **query)).mapped("display_name"), expected)

    def test_each_view_shows_an_agent_what_it_says(self):
        self.assertLists(["Mine"], view="mine")
        self.assertLists(["Free"], view="unassigned")
        self.assertLists(["Free", "Mine"], view="teams")
        self.assertLists(["Free"], view="waiting", minutes=15)
        self.assertLists([], view="waiting", minutes=25)
        self.assertLists(["Asleep"], view="snoozed")
        self.assertLists(["Done"], view="resolved")
        self.assertLists(["Free", "Mine", "Asleep", "Done", "Blocked"], view="all")

    def test_the_rules_decide_who_sees_what(self):
        self.assertLists(["Theirs"], self.colleague, view="mine")
        self.assertLists([], self.other_agent, view="all")
        self.assertIn("Theirs", self.Conversation.browse(self.listed(self.supervisor, view="all")).mapped("display_name"))
        self.assertEqual(len(self.listed(self.admin, view="all")), 6)
        self.assertFalse(self.inbox(self.other_agent).inbox_rows(self.mine.ids))
        self.team.is_shared = True
        self.assertIn(self.theirs.id, self.listed(view="all"))

    def test_who_has_no_role_gets_an_error_that_says_so(self):
        inbox = self.inbox(self.employee)
        for call in (
            lambda: inbox.inbox_list({}), lambda: inbox.inbox_rows([1]), inbox.inbox_counts, lambda: inbox.inbox_groups({}),
            lambda: inbox.inbox_bulk("resolve", [1]), inbox.inbox_choices, lambda: inbox.inbox_save_filter("x", "[]"),
            lambda: inbox.inbox_ids({}),
        ):
            with self.assertRaisesRegex(AccessError, "Only WhatsApp agents"):
                call()

    def test_the_counts_are_those_of_the_views(self):
        for user in (self.agent, self.other_agent, self.supervisor, self.admin):
            counts = self.inbox(user).inbox_counts(15)
            for view, count in counts.items():
                with self.subTest(user=user.login, view=view):
                    self.assertEqual(count, len(self.listed(user, view=view, minutes=15)))

    def test_a_filter_narrows_by_fields_of_contact_and_customer(self):
        partner = self.env["res.partner"].create({"name": "Mina GmbH", "city": "Bonn"})
        self.mine.contact_id.partner_id = partner
        self.assertLists(["Mina GmbH"], view="all", domain=[["partner_id.city", "=", "Bonn"]])
        self.assertLists(["Mina GmbH"], view="all", domain=[["contact_id.profile_name", "=", "Mine"]])
        with self.assertRaisesRegex(ValidationError, "filter cannot be used"):
            self.listed(view="all", domain=[["no_such_field", "=", 1]])

    def test_a_saved_filter_is_for_oneself_a_team_or_everybody(self):
        inbox, Filters = self.inbox(), self.env["ir.filters"]
        own = Filters.browse(inbox.inbox_save_filter("Own", "[]"))
        team = Filters.browse(inbox.inbox_save_filter("Team", "[]", "some", self.team.id))
        everybody = Filters.browse(inbox.inbox_save_filter("All", "[]", "all"))
        self.assertEqual(own.user_ids, self.agent)
        self.assertEqual(team.user_ids, self.agent | self.colleague)
        self.assertFalse(everybody.user_ids)
        names = {found["name"] for found in Filters.with_user(self.colleague).get_filters("whatsapp.conversation")}
        self.assertEqual(names & {"Own", "Team", "All"}, {"Team", "All"})

    def test_groups_name_and_count_what_the_list_holds(self):
        tag = self.env["whatsapp.tag"].create({"name": "VIP"})
        self.mine.tag_ids = tag
        groups = self.inbox().inbox_groups({"view": "teams", "group_by": "user_id"})
        self.assertEqual([(g["id"], g["count"]) for g in groups], [(self.agent.id, 1), (False, 1)])
        groups = self.inbox().inbox_groups({"view": "teams", "group_by": "tag_ids"})
        self.assertEqual([(g["name"], g["count"]) for g in groups], [("VIP", 1), ("", 1)])
        self.assertLists(["Mine"], view="teams", group_by="tag_ids", group=tag.id)
        self.assertLists(["Free"], view="teams", group_by="tag_ids", group=False)
        with self.assertRaisesRegex(ValidationError, "cannot be grouped by"):
            self.inbox().inbox_groups({"group_by": "company_id"})

    def test_a_row_says_what_the_list_shows(self):
        self.mine.tag_ids = self.env["whatsapp.tag"].create({"name": "VIP", "color": 3})
        self.sent(self.mine)
        [row] = self.inbox().inbox_rows(self.mine.ids)
        self.assertEqual((row["name"], row["last"]["state"], row["agent"][1]), ("Mine", "accepted", self.agent.name))
        self.assertEqual([tag[1:] for tag in row["tags"]], [["VIP", 3]])
        [row] = self.inbox().inbox_rows(self.free.ids)
        self.assertEqual((row["unanswered_count"], row["last"], row["agent"]), (1, False, False))

    def test_rows_that_left_the_list_do_not_come_back(self):
        both = (self.mine | self.free).ids
        self.assertEqual(len(self.inbox().inbox_rows(both)), 2)
        self.assertEqual([row["id"] for row in self.inbox().inbox_rows(both, {"view": "mine"})], self.mine.ids)

    def test_bad_input_names_the_field(self):
        for query, after, words in (
            ({"view": "nothing"}, None, "no view “nothing”"), ({"order": "id"}, None, "“order”"), ({"search": 4}, None, "“search”"),
            ({"view": "waiting", "minutes": -1}, None, "“minutes”"), ("mine", None, "“query”"), ({}, ["1; DROP", "x", 1], "“after”"),
        ):
            with self.subTest(query=query), self.assertRaisesRegex(ValidationError, words):
                self.inbox().inbox_list(query, after)


@tagged("post_install", "-at_install")
class TestInboxOrder(InboxCommon):
    def test_pages_neither_repeat_nor_miss_a_row_in_any_order(self):
        for index in range(9):
            # pairs of equal times, and rows without any
            self.talk(f"N{index}", index // 2, waiting=index // 2 if index % 3 else None, priority=str(index % 3), user_id=self.agent.id)
        self.talk("Never", user_id=self.agent.id, last_message_at=False)
        for order in ("newest", "waiting", "priority"):
            ids = self.listed(view="mine", order=order)
            with self.subTest(order=order):
                self.assertEqual(len(ids), 10)
                self.assertEqual(len(set(ids)), 10)

    def test_the_orders_are_what_they_say(self):
        old = self.talk("Old", 50, waiting=50, user_id=self.agent.id)
        urgent = self.talk("Urgent", 30, waiting=10, priority="2", user_id=self.agent.id)
        new = self.talk("New", 1, user_id=self.agent.id)
        self.assertEqual(self.listed(view="mine", order="newest"), [new.id, urgent.id, old.id])
        self.assertEqual(self.listed(view="mine", order="waiting"), [old.id, urgent.id, new.id])
        self.assertEqual(self.listed(view="mine", order="priority"), [urgent.id, old.id, new.id])

    def test_a_message_that_comes_between_two_pages_shifts_nothing(self):
        rows = [self.talk(f"N{index}", index, user_id=self.agent.id) for index in range(4)]
        page = self.inbox().inbox_list({"view": "mine"}, None, 2)
        rows[3].last_message_at = self.now + timedelta(minutes=1)
        rest = self.inbox().inbox_list({"view": "mine"}, page["after"], 2)
        self.assertEqual([row["id"] for row in rest["rows"]], [rows[2].id])


@tagged("post_install", "-at_install")
class TestInboxSearch(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.maria = cls.talk("María Muñoz", 1, user_id=cls.agent.id)
        cls.peter = cls.talk("Peter", 2, user_id=cls.agent.id)

    def found(self, text, user=None, **query):
        return self.Conversation.browse(self.listed(user, search=text, everywhere=True, **query))

    def test_names_are_found_by_beginnings_without_accents(self):
        for text in ("maria", "MARÍA", "mari mun", "Muñoz"):
            self.assertEqual(self.found(text), self.maria, text)
        self.assertFalse(self.found("aria"))
        partner = self.env["res.partner"].create({"name": "Zoë O'Connor-Smith"})
        self.peter.contact_id.partner_id = partner
        for text in ("zoe", "connor", "smith zoe", "o'connor"):
            self.assertEqual(self.found(text), self.peter, text)

    def test_numbers_are_found_by_any_part(self):
        number = self.maria.contact_id.wa_id
        self.assertEqual(self.found(number[-5:]), self.maria)
        self.assertEqual(self.found(f"+{number[:2]} {number[2:5]} {number[5:]}"), self.maria)
        self.assertEqual(self.found(f"mar {number[-4:]}"), self.maria)

    def test_texts_are_found_and_the_place_is_shown(self):
        self.sent(self.peter, wamid="wamid.S1")
        row = self.peter._send_text("Your order S00042, with all the shoes that you asked for, leaves tomorrow")
        self.assertEqual(self.found("s00042 tomo"), self.peter)
        [shown] = self.inbox().inbox_list({"search": "tomorrow", "everywhere": True})["rows"]
        self.assertIn("leaves tomorrow", shown["match"]["text"])
        self.assertTrue(shown["match"]["text"].startswith("…"))
        self.assertEqual(shown["match"]["message_id"], row.mail_message_id.id)

    def test_a_search_shows_nobody_what_they_may_not_see(self):
        self.peter._send_text("secret price")
        self.assertEqual(self.found("secret"), self.peter)
        self.assertFalse(self.found("secret", self.other_agent))
        self.assertFalse(self.found("maria", self.other_agent))

    def test_a_search_looks_everywhere_or_in_its_view(self):
        self.maria.action_resolve()
        self.assertEqual(self.found("maria", view="mine"), self.maria)
        self.assertFalse(self.listed(view="mine", search="maria", everywhere=False))

    def test_what_changes_comes_into_a_search_if_it_is_found(self):
        self.peter._send_text("Parcel S00042 leaves tomorrow")
        both = (self.maria | self.peter).ids

        def found(search, user=None, ids=both, **query):
            return self.inbox(user).inbox_rows(ids, {"search": search, "everywhere": True, **query})

        [row] = found("s00042")
        self.assertEqual((row["id"], row["match"]["text"]), (self.peter.id, "Parcel S00042 leaves tomorrow"))
        number = self.maria.contact_id.wa_id
        for text in ("maria", number[-5:], f"mar {number[-4:]}"):
            self.assertEqual([(row["id"], row["match"]) for row in found(text)], [(self.maria.id, False)], text)
        self.assertFalse(found("maria", ids=self.peter.ids), "only what was asked for")
        self.assertFalse(found("s00042", self.other_agent))
        self.peter.action_resolve()
        self.assertTrue(found("s00042", view="mine"))
        self.assertFalse(found("s00042", view="mine", everywhere=False))

    def test_strange_input_finds_nothing_and_breaks_nothing(self):
        for text in ("'", "\\", ":*", "& | !", "%", "a'b:*", "😀", "+", "--", "x" * 3000, "١٢٣"):
            self.assertFalse(self.found(text), text)


@tagged("post_install", "-at_install")
class TestInboxBulk(InboxCommon):
    def test_several_are_assigned_with_their_threads(self):
        rows = self.talk("One") | self.talk("Two", user_id=self.agent.id) | self.talk("Three", state="resolved", user_id=self.agent.id)
        done = self.inbox().inbox_bulk("assign", rows.ids, self.colleague.id)
        self.assertEqual(sorted(done["ids"]), sorted(rows.ids))
        self.assertEqual(rows.user_id, self.colleague)
        self.assertEqual(set(rows.mapped("state")), {"open"})
        for row in rows:
            self.assertEqual(row.discuss_channel_id.channel_partner_ids, self.colleague.partner_id)

    def test_only_agents_can_be_given_conversations(self):
        row = self.talk("One")
        with self.assertRaisesRegex(UserError, "only be given to WhatsApp agents"):
            self.inbox().inbox_bulk("assign", row.ids, self.employee.id)

    def test_nothing_goes_to_another_company(self):
        row = self.talk("One", user_id=self.agent.id)
        tenant = self.env["res.company"].create({"name": "Tenant"})
        self.agent.company_ids += tenant
        theirs = self.env["whatsapp.team"].create({"name": "Theirs", "company_id": tenant.id})
        stranger = new_test_user(self.env, "wa_stranger", AGENT_GROUPS, company_id=tenant.id, company_ids=[Command.set(tenant.ids)])
        inbox = self.inbox().with_context(allowed_company_ids=(self.company | tenant).ids)
        for action, value in (("team", theirs.id), ("assign", stranger.id)):
            with self.subTest(action=action), self.assertRaisesRegex(ValidationError, "does not belong to the company"):
                inbox.inbox_bulk(action, row.ids, value)
        with self.assertRaisesRegex(UserError, "company"):
            row.team_id = theirs

    def test_resolving_is_undone_with_the_waiting_time(self):
        self.receive(self.inbound_text("Hello?"), self.inbound_text("Anybody?"))
        row = self.Message.search([], limit=1).conversation_id
        row.user_id = self.agent
        since = row.waiting_since
        other = self.talk("Other", user_id=self.agent.id)
        self.inbox().inbox_bulk("resolve", (row | other).ids)
        self.assertEqual(set((row | other).mapped("state")), {"resolved"})
        self.assertFalse(row.waiting_since)
        self.assertFalse(row.discuss_channel_id.channel_partner_ids)
        self.inbox().inbox_bulk("reopen", (row | other).ids)
        self.assertEqual((row.state, row.waiting_since, row.unanswered_count), ("open", since, 2))
        self.assertFalse(other.waiting_since)
        self.assertEqual(row.discuss_channel_id.channel_partner_ids, self.agent.partner_id)

    def test_tags_priority_and_snooze(self):
        tag = self.env["whatsapp.tag"].create({"name": "VIP"})
        rows = self.talk("One", user_id=self.agent.id) | self.talk("Two", user_id=self.agent.id)
        inbox = self.inbox()
        inbox.inbox_bulk("tag", rows.ids, tag.id)
        self.assertEqual(rows.tag_ids, tag)
        self.assertFalse(inbox.inbox_bulk("tag", rows.ids, tag.id)["ids"])
        inbox.inbox_bulk("untag", rows.ids, tag.id)
        self.assertFalse(rows.tag_ids)
        inbox.inbox_bulk("priority", rows.ids, "2")
        self.assertEqual(set(rows.mapped("priority")), {"2"})
        inbox.inbox_bulk("snooze", rows.ids, fields.Datetime.to_string(self.now + timedelta(hours=2)))
        self.assertTrue(all(rows.mapped("snoozed_until")))
        inbox.inbox_bulk("unsnooze", rows.ids)
        self.assertFalse(any(rows.mapped("snoozed_until")))
        with self.assertRaisesRegex(UserError, "time in the future"):
            inbox.inbox_bulk("snooze", rows.ids, "2020-01-01 00:00:00")

    def test_a_whole_view_is_changed_and_nothing_that_the_user_does_not_see(self):
        mine = self.talk("One", user_id=self.agent.id) | self.talk("Two", user_id=self.agent.id)
        theirs = self.talk("Theirs", user_id=self.colleague.id)
        self.assertEqual(self.inbox().inbox_ids({"view": "mine"}), sorted(mine.ids))
        self.assertEqual(sorted(self.inbox().inbox_bulk("resolve", mine.ids)["ids"]), sorted(mine.ids))
        self.assertFalse(self.inbox().inbox_bulk("resolve", theirs.ids)["ids"])
        self.assertEqual(theirs.state, "open")
        with self.assertRaisesRegex(ValidationError, "cannot “delete”"):
            self.inbox().inbox_bulk("delete", mine.ids)


@tagged("post_install", "-at_install")
class TestInboxCost(InboxCommon):
    """However many conversations there are, a call costs the same number of queries."""

    def cost(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def fill(self, count):
        tag = self.env["whatsapp.tag"].search([], limit=1) or self.env["whatsapp.tag"].create({"name": "VIP"})
        made = self.Conversation.union(
            *(self.talk(f"Customer {index}", index, waiting=index + 20, user_id=self.agent.id, tag_ids=tag.ids) for index in range(count))
        )
        self.receive(*(self.inbound_text("parcel", **{"from": row.contact_id.wa_id}) for row in made), contacts=())
        made.write({"user_id": self.agent.id})
        return made

    def test_reading_costs_the_same_for_10_and_200(self):
        inbox = self.inbox()
        calls = {
            **{view: (lambda view=view: inbox.inbox_list({"view": view}, None, 200)) for view in ("mine", "all", "teams", "waiting")},
            "waiting first": lambda: inbox.inbox_list({"view": "mine", "order": "waiting"}, None, 200),
            "search": lambda: inbox.inbox_list({"search": "parcel", "everywhere": True}, None, 200),
            "counts": lambda: inbox.inbox_counts(15),
            "groups": lambda: inbox.inbox_groups({"view": "all", "group_by": "tag_ids"}),
        }
        self.fill(10)
        for call in calls.values():
            call()  # what is cached for the process
        few = {name: self.cost(call) for name, call in calls.items()}
        self.fill(190)
        self.assertEqual(len(inbox.inbox_list({"view": "mine"}, None, 200)["rows"]), 200)
        self.assertEqual({name: self.cost(call) for name, call in calls.items()}, few)
        self.assertLess(max(few.values()), 20, few)

    def test_changing_many_costs_little_more_than_changing_few(self):
        self.changes(5)  # fills caches
        few, many = self.changes(5), self.changes(50)
        for action in ("tag", "snooze"):
            self.assertLessEqual(many[action], few[action] + 2, action)
        # joining and leaving threads: Odoo looks at some channels one by one, but no longer with twenty queries each
        for action in ("assign", "resolve", "reopen"):
            self.assertLess((many[action] - few[action]) / 45, 4, (action, few, many))

    def changes(self, count):
        """Return ``{action: queries}`` of changing so many."""
        rows = self.fill(count)
        tag = self.env["whatsapp.tag"].create({"name": f"Tag {rows[0].id}"})
        values = {"assign": self.colleague.id, "tag": tag.id, "snooze": "2099-01-01 00:00:00", "resolve": None, "reopen": None}
        inbox = self.inbox(self.supervisor)
        return {
            action: self.cost(lambda action=action, value=value: inbox.inbox_bulk(action, rows.ids, value))
            for action, value in values.items()
        }
