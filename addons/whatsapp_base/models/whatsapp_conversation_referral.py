from odoo import fields, models

REFERRAL_FIELDS = (
    "referral_at", "referral_source_type", "referral_source_id", "referral_source_url", "referral_headline", "referral_body",
    "referral_ctwa_clid",
)


class WhatsappConversation(models.Model):
    """The advertisement or post that brought the customer here, the latest of several.

    ``referral_source_id`` is the advertisement's own ID, the same for all who click; ``referral_ctwa_clid`` is the ID of
    this one click, which Meta's conversion events ask for. They are never taken for each other: reports group by
    the first, and only the second may leave as proof of a click.
    """

    _inherit = "whatsapp.conversation"

    referral_at = fields.Datetime("Came From Ad On", readonly=True)
    referral_source_type = fields.Char("Source Type", readonly=True, help="“ad” or “post”.")
    referral_source_id = fields.Char("Ad ID", readonly=True, index="btree_not_null")
    referral_source_url = fields.Char("Ad Link", readonly=True)
    referral_headline = fields.Char("Ad Headline", readonly=True)
    referral_body = fields.Text("Ad Text", readonly=True)
    referral_ctwa_clid = fields.Char("Click ID", readonly=True, index="btree_not_null", help="Meta's ID of the one click that led here.")

    def _learn_referrals(self, found):
        """Keep where customers came from.

        :param found: list of (conversation, time, ``cloud_api.inbound.Referral``), oldest first
        """
        for conversation, at, referral in found:
            if conversation.referral_at and conversation.referral_at > at:
                continue
            # sudo: where somebody came from is a fact, which the intake writes
            conversation.sudo().write(
                {
                    "referral_at": at,
                    "referral_source_type": referral.source_type,
                    "referral_source_id": referral.source_id,
                    "referral_source_url": referral.source_url,
                    "referral_headline": referral.headline,
                    "referral_body": referral.body,
                    "referral_ctwa_clid": referral.ctwa_clid,
                }
            )

    def _system_fields(self):
        return super()._system_fields() | set(REFERRAL_FIELDS)
