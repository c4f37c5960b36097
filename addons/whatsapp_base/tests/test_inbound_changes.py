from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_inbound_shown import ShownCommon

LOGGER = "odoo.addons.whatsapp_base.models.whatsapp_chat_message_change"
NOON = 1790000000


class ChangesCommon(ShownCommon):
    def _edit(self, of, body, at=NOON + 60, **values):
        edit = {"original_message_id": of, "message": {"type": "text", "text": {"body": body}}}
        return self.inbound_message("edit", edit=edit, timestamp=str(at), **values)

    def _revoke(self, of, at=NOON + 60, **values):
        return self.inbound_message("revoke", revoke={"original_message_id": of}, timestamp=str(at), **values)

    def _react(self, to, emoji, at=NOON + 60, **values):
        return self.inbound_message("reaction", reaction={"message_id": to, "emoji": emoji}, timestamp=str(at), **values)

    def _text(self, wamid="wamid.ORIGINAL", body="Blue please", **values):
        return self.inbound_text(body, id=wamid, timestamp=str(NOON), **values)


@tagged("post_install", "-at_install")
class TestEdits(ChangesCommon):
    """An edit changes the message that it is about, whenever it comes."""

    def test_the_new_text_is_shown_and_the_old_one_kept(self):
        row = self.receive(self._text())
        edit = self.receive(self._edit(row.wamid, "*Red* please"))
        self.assertEqual((edit.type, bool(edit.mail_message_id)), ("edit", False), "an edit is no message of its own")
        self.assertEqual(row.body, "*Red* please")
        self.assertIn("<b>Red</b>", row.mail_message_id.body)
        [version] = self._shown(row)["edits"]
        self.assertEqual(version["text"], "Blue please")
        self.assertEqual(row.conversation_id.last_message_preview, "*Red* please")
        self.assertEqual(row.conversation_id.unanswered_count, 1, "it is no second message to answer")

    def test_an_edit_that_comes_first_waits_for_its_message(self):
        edit = self.receive(self._edit("wamid.ORIGINAL", "Red please"))
        self.assertTrue(edit.is_waiting)
        row = self.receive(self._text())
        self.assertEqual(row.body, "Red please")
        self.assertFalse(edit.is_waiting)

    def test_an_edit_in_the_same_notification_before_its_message(self):
        rows = self.receive(self._edit("wamid.ORIGINAL", "Red please", at=NOON), self._text())
        self.assertEqual(rows.filtered(lambda r: r.type == "text").body, "Red please")

    def test_repeated_it_counts_once(self):
        row = self.receive(self._text())
        for _turn in range(3):
            self.receive(self._edit(row.wamid, "Red please", id="wamid.EDIT"))
        self.assertEqual(len(self._shown(row)["edits"]), 1)

    def test_two_edits_in_disorder_end_with_the_later(self):
        row = self.receive(self._text())
        self.receive(self._edit(row.wamid, "Green please", at=NOON + 120))
        self.receive(self._edit(row.wamid, "Red please", at=NOON + 60))
        self.assertEqual(row.body, "Green please")
        self.assertEqual([version["text"] for version in self._shown(row)["edits"]], ["Blue please", "Red please"])

    def test_a_new_caption(self):
        image = {"id": "1", "mime_type": "image/jpeg", "caption": "My cat"}
        row = self.receive(self.inbound_message("image", image=image, timestamp=str(NOON)))
        message = {"type": "image", "image": {**image, "caption": "My dog"}}
        self.receive(self.inbound_message("edit", edit={"original_message_id": row.wamid, "message": message}))
        self.assertEqual(row.body, "My dog")
        self.assertIn("My dog", row.mail_message_id.body)

    def test_nobody_edits_what_somebody_else_wrote(self):
        ours = self.sent(self._conversation("34600900111"), wamid="wamid.OURS")
        theirs = self.receive(self.inbound_text("Hi", id="wamid.THEIRS", **{"from": "34600900333"}), contacts=())
        self.receive(self._edit("wamid.OURS", "Forged"), self._edit("wamid.THEIRS", "Forged"))
        self.receive(self._revoke("wamid.OURS"), self._revoke("wamid.THEIRS"))
        self.assertEqual((ours.body, theirs.body), ("Hello", "Hi"))
        self.assertFalse(ours.deleted_at or theirs.deleted_at)

    def test_an_edit_whose_message_never_comes_is_shown_alone(self):
        edit = self.receive(self._edit("wamid.ORIGINAL", "Red please"))
        self.Message._show_orphans()
        self.assertFalse(edit.mail_message_id, "it may still come")
        self.env.flush_all()
        self.env.cr.execute("UPDATE whatsapp_chat_message SET create_date = now() - interval '1 hour' WHERE id = %s", edit.ids)
        self.env.invalidate_all()
        self.Message._show_orphans()
        self.Message._show_orphans()
        self.assertIn("Red please", edit.mail_message_id.body)
        self.assertEqual(self._shown(edit)["edits"], [])
        shown_alone = edit.mail_message_id
        row = self.receive(self._text())
        self.assertEqual(row.body, "Red please")
        self.assertFalse(shown_alone.exists(), "shown where it belongs, it is not shown twice")

    @mute_logger(LOGGER)
    def test_one_that_cannot_be_applied_holds_nobody_up(self):
        row = self.receive(self._text())
        with patch.object(type(self.Message), "_edit", side_effect=UserError("broken")):
            edit = self.receive(self._edit(row.wamid, "Red please"))
        self.assertEqual((row.body, edit.is_waiting), ("Blue please", False))
        self.assertEqual(self.receive(self.inbound_text("Next")).body, "Next")


@tagged("post_install", "-at_install")
class TestDeletions(ChangesCommon):
    """What a customer deletes is gone from every list, and that something was deleted stays in sight."""

    def test_text_and_files_are_gone(self):
        image = {"id": "1", "mime_type": "image/png", "caption": "Secret plan"}
        row = self.receive(self.inbound_message("image", image=image, timestamp=str(NOON)))
        attachment = self.env["ir.attachment"].create({"name": "x.png", "raw": b"x"})
        row.write({"attachment_ids": attachment.ids, "media_state": "done"})
        row.mail_message_id.attachment_ids = attachment
        self.receive(self._edit(row.wamid, "Other secret"))
        self.receive(self._revoke(row.wamid, at=NOON + 90))
        self.assertFalse(attachment.exists())
        self.assertFalse(row.body or row.edit_history or row.mail_message_id.attachment_ids)
        self.assertEqual(self._shown(row)["deleted"], "customer")
        for text in (row.mail_message_id.body, row.summary, row.conversation_id.last_message_preview or ""):
            self.assertNotIn("ecret", text)
        edits = self.Message.search([("type", "=", "edit"), ("reply_to_wamid", "=", row.wamid)])
        self.assertFalse(edits.body)
        self.assertNotIn("ecret", edits.summary)

    def test_a_deletion_that_comes_first_waits(self):
        self.receive(self._revoke("wamid.ORIGINAL"))
        row = self.receive(self._text())
        self.assertTrue(row.deleted_at)
        self.assertNotIn("Blue", row.mail_message_id.body)

    def test_a_file_that_is_still_under_way_is_not_fetched(self):
        row = self.receive(self.inbound_message("image", image={"id": "1", "mime_type": "image/png"}, timestamp=str(NOON)))
        self.receive(self._revoke(row.wamid))
        self.assertFalse(row.media_state)

    def test_an_edit_after_it_brings_nothing_back(self):
        row = self.receive(self._text())
        self.receive(self._revoke(row.wamid))
        self.receive(self._edit(row.wamid, "Here again", at=NOON + 300))
        self.assertFalse(row.body)


@tagged("post_install", "-at_install")
class TestQuotesAndReactions(ChangesCommon):
    def test_a_quote_whose_message_comes_later_is_linked_then(self):
        answer = self.receive(self.inbound_text("That one", context={"id": "wamid.ORIGINAL"}))
        self.assertFalse(answer.mail_message_id.parent_id)
        row = self.receive(self._text())
        self.assertEqual(answer.mail_message_id.parent_id, row.mail_message_id)
        self.assertIs(self._shown(answer), False)

    def test_a_quote_within_one_notification(self):
        rows = self.receive(self._text(), self.inbound_text("That one", context={"id": "wamid.ORIGINAL"}))
        self.assertEqual(rows[1].mail_message_id.parent_id, rows[0].mail_message_id)

    def test_a_person_has_one_reaction_and_can_take_it_back(self):
        row = self.receive(self._text())
        reactions = row.mail_message_id.reaction_ids
        self.receive(self._react(row.wamid, "👍", at=NOON + 10))
        self.receive(self._react(row.wamid, "❤️", at=NOON + 20))
        self.assertEqual(row.mail_message_id.reaction_ids.mapped("content"), ["❤️"])
        self.receive(self._react(row.wamid, None, at=NOON + 30))
        self.assertEqual(row.mail_message_id.reaction_ids, reactions)

    def test_of_two_reactions_in_disorder_the_later_stands(self):
        row = self.receive(self._text())
        self.receive(self._react(row.wamid, "❤️", at=NOON + 20))
        self.receive(self._react(row.wamid, "👍", at=NOON + 10))
        self.assertEqual(row.mail_message_id.reaction_ids.mapped("content"), ["❤️"])

    def test_a_reaction_that_comes_before_our_own_message_has_its_id(self):
        conversation = self._conversation("34600900111")
        conversation.discuss_channel_id.with_context(whatsapp_shown_only=True).message_post(body="x", message_type="comment")
        row = conversation._send_text("Hello")
        [job] = [job for job in self.claim() if job.id == row.id]
        self.receive(self._react("wamid.SOON", "👍"))
        self.settle(job, wamid="wamid.SOON")
        self.process(self.event(self.notification(statuses=[self.status("wamid.SOON", "delivered")])))
        reaction = self.Message.search([("type", "=", "reaction"), ("reply_to_wamid", "=", "wamid.SOON")])
        self.assertFalse(reaction.is_waiting)

    def test_a_reaction_to_what_discuss_does_not_show_is_said_in_words(self):
        self.sent(self._conversation("34600900111"), wamid="wamid.CAMPAIGN").mail_message_id = False  # as for bulk
        reaction = self.receive(self._react("wamid.CAMPAIGN", "👍"))
        self.assertIn("👍", reaction.mail_message_id.body)
        self.assertIn("Hello", reaction.mail_message_id.body)
        self.assertEqual(reaction.mail_message_id.message_type, "notification")

    def test_what_waits_costs_the_same_however_much_it_is(self):
        def queries():
            before = self.env.cr.sql_log_count
            self.Message._apply_waiting()
            return self.env.cr.sql_log_count - before

        self.env.flush_all()
        none = queries()
        self.receive(*[self._edit(f"wamid.NONE{n}", "x") for n in range(30)])
        self.env.flush_all()
        self.assertEqual(queries(), none)
