from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .discuss_common import DiscussCommon


@tagged("post_install", "-at_install")
class TestThreadLater(DiscussCommon):
    """Texts that wait for the customer's next message."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.conversation = cls._conversation("34600900111", open_window=False)
        cls.thread = cls.conversation.discuss_channel_id

    def queue(self, body="Your parcel is here", **values):
        return self.conversation.with_user(self.agent).queue_after_reply(body, **values)

    def rows(self, *states):
        return self.Message.search(
            [("conversation_id", "=", self.conversation.id), ("direction", "=", "outbound"), ("state", "in", states)], order="id"
        )

    def test_it_waits_out_of_every_queue(self):
        [pending] = self.queue()
        self.assertEqual((pending["body"], pending["author"], pending["is_mine"]), ("Your parcel is here", "wa_agent", True))
        self.assertEqual(self.claim(), [])
        self.Conversation._desk_step()
        self.assertEqual(self.rows("held").ids, [pending["id"]])
        self.assertFalse(self.rows("held").mail_message_id)

    def test_it_leaves_once_when_the_customer_writes(self):
        self.queue("First")
        self.queue("Second")
        self.receive(self.inbound_text("I am back"))
        self.assertEqual(len(self.rows("held")), 2, "intake has no work with it")
        self.Conversation._desk_step()
        rows = self.rows("queued")
        self.assertEqual(rows.mapped("body"), ["First", "Second"])
        shown = rows.mail_message_id
        self.assertEqual(shown.mapped("author_id"), self.agent.partner_id)
        newest = self.env["mail.message"].search([("model", "=", "discuss.channel"), ("res_id", "=", self.thread.id)], limit=3)
        self.assertIn("I am back", newest[-1].body, "what was kept stands after the customer's words")
        for _again in range(3):
            self.conversation._desk_mark()
            self.Conversation._desk_step()
            self.Conversation._clock_release_replies()
        self.assertEqual(len(self.rows("queued")), 2)
        [first] = self.claim()
        self.settle(first)
        [second] = self.claim()
        self.assertEqual([first.content["text"]["body"], second.content["text"]["body"]], ["First", "Second"])
        self.assertEqual(self.conversation.with_user(self.agent).pending_replies(), [])

    def test_the_customer_goes_on_waiting(self):
        self.queue()
        self.receive(self.inbound_text("Where is it?"))
        self.Conversation._desk_step()
        self.conversation.invalidate_recordset()
        self.assertTrue(self.conversation.waiting_since)
        self.assertEqual(self.conversation.unanswered_count, 1)

    def test_the_clock_finds_what_the_desk_was_not_told_of(self):
        self.receive(self.inbound_text("Hello?"))
        self.Conversation._desk_step()
        self.conversation.write({"window_expires_at": "2020-01-01 00:00:00"})
        self.queue()
        self.conversation.write({"window_expires_at": "2099-01-01 00:00:00", "desk_due": False})
        self.Conversation._clock_release_replies()
        self.assertEqual(len(self.rows("queued")), 1)

    def test_a_window_that_opens_is_a_turn_even_if_the_customer_was_waiting(self):
        self.receive(self.inbound_text("Hello?"))
        self.Conversation._desk_step()
        self.conversation.write({"window_expires_at": "2020-01-01 00:00:00", "desk_due": False})
        self.queue()
        self.receive(self.inbound_text("Anybody there?"))
        self.conversation.invalidate_recordset()
        self.assertTrue(self.conversation.desk_due)
        self.conversation._desk_release_replies()
        self.assertEqual(len(self.rows("queued")), 1)
        self.conversation.write({"desk_due": False, "away_again_at": False})
        self.receive(self.inbound_text("And now?"))
        self.conversation.invalidate_recordset()
        self.assertFalse(self.conversation.desk_due, "what comes in an open window is no turn")

    def test_in_an_open_window_it_leaves_at_once(self):
        self.receive(self.inbound_text("Hi"))
        self.assertEqual(self.queue("Now"), [])
        self.assertEqual(self.rows("queued").mapped("body"), ["Now"])

    def test_it_can_be_changed_and_taken_back_until_it_leaves(self):
        [pending] = self.queue("Frist")
        mine = self.conversation.with_user(self.agent)
        [changed] = mine.edit_pending_reply(pending["id"], "First")
        self.assertEqual(changed["body"], "First")
        self.assertIn('"First"', self.rows("held").payload)
        self.assertEqual(mine.cancel_pending_reply(pending["id"]), [])
        self.receive(self.inbound_text("Hi"))
        self.Conversation._desk_step()
        self.assertFalse(self.rows("queued", "held"))
        with self.assertRaisesRegex(UserError, "sent or cancelled already"):
            mine.edit_pending_reply(pending["id"], "Too late")

    def test_once_it_has_left_it_cannot_be_taken_back(self):
        [pending] = self.queue()
        self.receive(self.inbound_text("Hi"))
        self.Conversation._desk_step()
        with self.assertRaisesRegex(UserError, "sent or cancelled already"):
            self.conversation.with_user(self.agent).cancel_pending_reply(pending["id"])

    def test_a_repeated_call_keeps_one(self):
        self.queue(once="k1")
        self.assertEqual(len(self.queue(once="k1")), 1)

    # ------------------------------------------------------------
    # Files
    # ------------------------------------------------------------

    def upload(self, name="offer.pdf", raw=b"%PDF-1.4 offer", mimetype="application/pdf", user=None, **values):
        return self.env["ir.attachment"].with_user(user or self.agent).create(
            {"name": name, "raw": raw, "mimetype": mimetype, "res_model": "mail.compose.message", "res_id": 0, **values}
        )

    def test_files_wait_and_leave_as_those_of_a_post_would(self):
        offer, plan = self.upload(), self.upload("plan.pdf")
        pending = self.queue("Our offer", attachment_ids=(offer | plan).ids, once="k1")
        self.assertEqual([(row["body"] or "", row["file"] and row["file"]["name"]) for row in pending],
                         [("Our offer", False), ("", "offer.pdf"), ("", "plan.pdf")])
        self.assertEqual(len(self.queue("Our offer", attachment_ids=(offer | plan).ids, once="k1")), 3, "nothing twice")
        self.assertEqual(self.claim(), [])
        self.assertFalse(self.conversation.inbox_panel_files()["files"], "not shared yet")
        self.env["mail.compose.message"]._gc_lost_attachments()
        offer.invalidate_recordset()
        self.assertNotEqual(offer.res_model, "mail.compose.message", "nobody cleans up what waits")
        self.receive(self.inbound_text("I am back"))
        for _again in range(2):
            self.conversation._desk_mark()
            self.Conversation._desk_step()
        rows = self.rows("queued")
        self.assertEqual(rows.mapped("type"), ["text", "document", "document"])
        self.assertEqual(rows.mail_message_id.attachment_ids, offer | plan)
        self.assertEqual(len(rows.mail_message_id), 3)
        self.assertEqual((offer.res_model, offer.res_id), ("discuss.channel", self.thread.id))
        jobs = []
        for _message in rows:
            [job] = self.claim()
            jobs.append(job)
            self.settle(job)
        self.assertEqual([job.upload and job.upload.filename for job in jobs], [None, "offer.pdf", "plan.pdf"])

    def test_a_single_file_takes_the_text_below_it_which_can_be_changed(self):
        [pending] = self.queue("Our ofer", attachment_ids=self.upload().ids)
        self.assertEqual((pending["body"], pending["file"]["name"]), ("Our ofer", "offer.pdf"))
        [changed] = self.conversation.with_user(self.agent).edit_pending_reply(pending["id"], "Our offer")
        self.assertEqual((changed["body"], changed["file"]["name"]), ("Our offer", "offer.pdf"))
        row = self.rows("held")
        self.assertEqual(row.payload_value("document", "caption"), "Our offer")
        self.assertEqual(row.payload_value("document", "filename"), "offer.pdf")

    def test_a_file_that_is_taken_back_is_left_to_the_cleaning_up(self):
        offer = self.upload()
        [pending] = self.queue("", attachment_ids=offer.ids)
        self.assertEqual(self.conversation.with_user(self.agent).cancel_pending_reply(pending["id"]), [])
        self.assertEqual((offer.res_model, offer.res_id), ("mail.compose.message", 0))
        [pending] = self.queue("", attachment_ids=offer.ids)
        self.Message.browse(pending["id"]).with_user(self.agent).action_cancel()
        self.assertEqual((offer.res_model, offer.res_id), ("mail.compose.message", 0))

    def test_what_has_left_keeps_its_file(self):
        offer = self.upload()
        self.queue("", attachment_ids=offer.ids)
        self.receive(self.inbound_text("Hi"))
        self.Conversation._desk_step()
        self.rows("queued").with_user(self.agent).action_cancel()
        self.assertEqual((offer.res_model, offer.res_id), ("discuss.channel", self.thread.id))

    def test_colleagues_see_the_file_and_others_do_not(self):
        offer = self.upload()
        self.queue("", attachment_ids=offer.ids)
        colleague = self.supervisor
        self.assertTrue(offer.with_user(colleague).has_access("read"))
        self.assertFalse(offer.with_user(self.other_agent).has_access("read"))

    def test_a_file_of_a_document_is_copied(self):
        contract = self.upload("contract.pdf", user=self.env.user, res_model="res.partner", res_id=self.agent.partner_id.id)
        self.queue("", attachment_ids=contract.ids)
        self.assertEqual((contract.res_model, contract.res_id), ("res.partner", self.agent.partner_id.id))
        kept = self.rows("held").attachment_ids
        self.assertNotEqual(kept, contract)
        self.assertEqual(kept.raw, contract.raw)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_files_that_cannot_go_are_refused_now(self):
        with self.assertRaisesRegex(UserError, "is empty"):
            self.queue("", attachment_ids=self.upload(raw=b"").ids)
        with self.assertRaises(AccessError):
            self.queue("", attachment_ids=self.upload(user=self.other_agent).ids)
        with self.assertRaisesRegex(ValidationError, "does not exist"):
            self.queue("", attachment_ids=[999999999])
        with self.assertRaisesRegex(ValidationError, "empty"):
            self.queue("")
        self.assertFalse(self.rows("held"))

    # ------------------------------------------------------------
    # Refusals
    # ------------------------------------------------------------

    def test_what_meta_would_refuse_is_refused_now(self):
        with self.assertRaisesRegex(ValidationError, "empty"):
            self.queue("  ")
        with self.assertRaises(ValidationError):
            self.queue("x" * 4097)

    def test_blocked_people_get_nothing(self):
        self.conversation.contact_id.blocked = True
        with self.assertRaisesRegex(UserError, "blocked"):
            self.queue()

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_other_teams_and_roles_have_no_part_in_it(self):
        [pending] = self.queue()
        for user in (self.other_agent, self.employee):
            theirs = self.conversation.with_user(user)
            for call in (
                lambda c=theirs: c.queue_after_reply("x"),
                lambda c=theirs: c.pending_replies(),
                lambda c=theirs: c.edit_pending_reply(pending["id"], "x"),
                lambda c=theirs: c.cancel_pending_reply(pending["id"]),
            ):
                with self.assertRaises(AccessError):
                    call()

    def test_a_text_of_another_conversation_is_not_touched(self):
        [pending] = self.queue()
        other = self._conversation("34600900333")
        with self.assertRaises(UserError):
            other.with_user(self.agent).cancel_pending_reply(pending["id"])
        self.assertEqual(len(self.rows("held")), 1)

    def test_without_anything_kept_the_desk_asks_once(self):
        conversations = self.Conversation.union(*(self._conversation(f"346007{n:05}") for n in range(10)))
        self.env.flush_all()
        with self.assertQueryCount(1):
            conversations._desk_release_replies()
