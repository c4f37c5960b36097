from odoo.addons.whatsapp_base.tests.common import WhatsappCommon


class TestSmsFallback(WhatsappCommon):
    """What WhatsApp cannot deliver goes out as an SMS, once, if the sender asked for it."""

    def test_once(self):
        self._set_up_people()
        ana = self.env["res.partner"].create({"name": "Ana", "phone": "+34600900111"})
        [result] = ana.with_user(self.agent).whatsapp_send(template=self._template(), free={"body": ["Ana"]}, fallback="sms")
        [job] = [job for job in self.claim() if job.id == result["message_id"]]
        self.refuse(job, 131026)
        row = self.Message.browse(result["message_id"])
        for _turn in range(2):
            row._on_final_failure()
            if row.fallback_state == "due":
                row._fall_back()
        sms = self.env["sms.sms"].search([("partner_id", "=", ana.id)])
        self.assertEqual((len(sms), sms.number, sms.body, row.fallback_state), (1, "+34600900111", "Hello Ana", "done"))
        self.assertTrue(ana.message_ids.filtered(lambda m: "Sent by SMS to +34600900111 instead" in m.body))
