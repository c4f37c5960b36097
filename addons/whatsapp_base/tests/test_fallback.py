from .discuss_common import DiscussCommon


class TestFallback(DiscussCommon):
    """Another way when WhatsApp fails for good: once, and said in the chatter."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ana = cls.env["res.partner"].create({"name": "Ana", "phone": "+34600900111", "email": "ana@example.com"})

    def failed(self, fallback="email", code=131026):
        """Return a message of Ana's card that Meta refused for good."""
        [result] = self.ana.with_user(self.agent).whatsapp_send(
            template=self._template(), free={"body": ["Ana"]}, fallback=fallback
        )
        [job] = [job for job in self.claim() if job.id == result["message_id"]]
        self.refuse(job, code)
        return self.Message.browse(result["message_id"])

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("whatsapp_base.ir_cron_whatsapp_fallback").method_direct_trigger()
        self.env.invalidate_all()

    def mails(self):
        return self.env["mail.mail"].search([("recipient_ids", "in", self.ana.ids)])

    def test_it_is_mailed_once_and_the_chatter_says_so(self):
        row = self.failed()
        self.assertEqual(row.fallback_state, "due")
        self.run_cron()
        row._on_final_failure()
        self.run_cron()
        self.assertEqual(row.fallback_state, "done")
        self.assertEqual(len(self.mails()), 1)
        self.assertIn("Hello Ana", self.mails().body_html)
        said = self.ana.message_ids.filtered(lambda m: "Sent by e-mail to ana@example.com instead" in m.body)
        self.assertEqual(len(said), 1)

    def test_nobody_else_is_mailed(self):
        follower = self.env["res.partner"].create({"name": "F", "email": "f@example.com"})
        self.ana.message_subscribe(follower.ids)
        self.failed()
        self.run_cron()
        self.assertEqual(self.mails().recipient_ids, self.ana)

    def test_not_without_being_asked(self):
        row = self.failed(fallback=None)
        self.assertFalse(row.fallback_state)

    def test_not_while_it_is_tried_again(self):
        row = self.failed(code=131056)
        self.assertEqual((row.state, row.fallback_state), ("queued", False))

    def test_without_an_address_the_chatter_tells(self):
        self.ana.email = False
        row = self.failed()
        self.run_cron()
        self.assertEqual(row.fallback_state, "impossible")
        self.assertFalse(self.mails())
        self.assertTrue(self.ana.message_ids.filtered(lambda m: "has no e-mail address" in m.body))
