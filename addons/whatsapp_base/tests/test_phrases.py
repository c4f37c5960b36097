from unittest.mock import patch

from babel.messages import extract

from odoo.exceptions import ValidationError
from odoo.modules import get_module_path
from odoo.tests import tagged
from odoo.tools.translate import code_translations

from ..cloud_api import errors, outbound
from .common import WhatsappCommon

FRENCH = {
    "24 hours have passed": "24 heures sont passées",
    "The %(label)s has %(count)s characters; WhatsApp allows %(limit)s.": "%(count)s caractères dans %(label)s, au plus %(limit)s.",
    "Shorten it.": "Raccourcissez.",
    "message": "le message",
    "Payment problem": "Problème de paiement",
}


@tagged("post_install", "-at_install")
class TestPhrases(WhatsappCommon):
    """Texts of the protocol package: English where they are made, the reader's language where they are shown."""

    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang("fr_FR")
        self.enterContext(
            patch.object(
                type(code_translations), "get_python_translations",
                lambda this, module, lang: FRENCH if (module, lang) == ("whatsapp_base", "fr_FR") else {},
            )
        )

    def _french(self, record):
        return record.with_context(lang="fr_FR")

    def test_every_text_of_the_table_reaches_the_exporter(self):
        found = set()
        for name in ("errors", "error_table"):
            with open(f"{get_module_path('whatsapp_base')}/cloud_api/{name}.py", "rb") as source:
                terms = extract.extract("odoo.tools.babel:extract_python", source, keywords={"_": None}, options={"encoding": "UTF-8"})
                found |= {message for _line, message, _comments, _context in terms}
        wanted = {text for info in errors.ERRORS.values() for text in (info.title, info.meaning, info.remedy)}
        self.assertFalse(wanted - found)

    def test_an_error_is_stored_in_english_and_read_in_the_readers_language(self):
        row = self._conversation()._send_text("Hello")
        [job] = self.claim()
        self.refuse(job, 131047)
        self.assertEqual(row.error_title, "24 hours have passed")
        self.assertEqual(self._french(row).error_title, "24 heures sont passées")
        self.assertEqual(self._french(row).read(["error_title"])[0]["error_title"], "24 heures sont passées")
        self.assertEqual(self._french(row).error_remedy, row.error_remedy, "what is not translated stays as it is")
        self.assertEqual(self._french(self.Message).search([("error_title", "=", "24 hours have passed")]), row)

    def test_invalid_content_is_explained_in_the_agents_language(self):
        with self.assertRaisesRegex(ValidationError, "^4097 caractères dans le message, au plus 4096. Raccourcissez.$"):
            self._french(self._conversation())._send_text("x" * 4097)

    def test_a_translation_that_does_not_fit_shows_the_english_text(self):
        error = outbound.InvalidContent("body", "The %(label)s is empty.", "Enter some text.", label="message")
        self.assertEqual(error.text(lambda text: text.replace("%(label)s", "%(gone)s")), "The message is empty. Enter some text.")

    def test_an_activity_speaks_the_language_of_whom_it_calls(self):
        self._set_up_people()
        self.admin.lang = "fr_FR"
        self.account.responsible_id = self.admin
        self.account._alert(self.channel, "Payment problem", "Pay.")
        self.account._alert(self.channel, "Payment problem", "Pay.")
        self.assertEqual(self.channel.activity_ids.mapped("summary"), ["Problème de paiement"])
