import base64
import logging
import os
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import config

from ..cloud_api import client
from ..models.whatsapp_business_account import MASK
from ..tools import secrets
from .common import WhatsappCommon

KEY = "0123456789abcdef-test-key"


@tagged("post_install", "-at_install")
class TestSecrets(WhatsappCommon):
    """Credentials go in and never come out."""

    def setUp(self):
        super().setUp()
        clean = patch.dict(os.environ)
        clean.start()
        self.addCleanup(clean.stop)
        os.environ.pop("WHATSAPP_SECRET_KEY", None)
        options = patch.dict(config.options, {"whatsapp_secret_key": None})
        options.start()
        self.addCleanup(options.stop)

    def _use_key(self, key=KEY):
        os.environ["WHATSAPP_SECRET_KEY"] = key

    def _column(self, name="access_token"):
        self.env.flush_all()
        self.env.cr.execute(f"SELECT {name}_sealed FROM whatsapp_business_account WHERE id = %s", [self.account.id])  # noqa: S608
        return self.env.cr.fetchone()[0]

    def test_with_a_key_the_column_is_encrypted(self):
        self._use_key()
        self.account.access_token = "EAAG-very-secret"
        stored = self._column()
        self.assertTrue(secrets.is_sealed(stored))
        self.assertNotIn("very-secret", stored)
        self.assertNotIn("very-secret", base64.b64decode(stored.split(":")[1]).decode("latin-1"))
        self.assertEqual(self.account._secret("access_token"), "EAAG-very-secret")
        self.assertTrue(self.account.has_secret_key)

    def test_the_key_may_stand_in_odoo_conf(self):
        with patch.dict(config.options, {"whatsapp_secret_key": KEY}):
            self.account.access_token = "from conf"
            self.assertTrue(secrets.is_sealed(self._column()))
            self.assertEqual(self.account._secret("access_token"), "from conf")

    def test_equal_secrets_look_different(self):
        self._use_key()
        self.account.write({"access_token": "same", "app_secret": "same"})
        self.assertNotEqual(self._column("access_token"), self._column("app_secret"))

    def test_a_value_cannot_be_moved_to_another_field(self):
        self._use_key()
        self.account.access_token = "token"
        self.env.flush_all()
        self.env.cr.execute("UPDATE whatsapp_business_account SET app_secret_sealed = access_token_sealed WHERE id = %s", [self.account.id])
        self.account.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "another key"):
            self.account._secret("app_secret")

    def test_another_key_is_told_without_the_value(self):
        self._use_key()
        self.account.access_token = "EAAG-very-secret"
        self._use_key("another key of 20 chars")
        with self.assertRaisesRegex(UserError, "encrypted with another key") as caught:
            self.account._secret("access_token")
        self.assertNotIn("very-secret", str(caught.exception))

    def test_a_lost_key_is_told(self):
        self._use_key()
        self.account.access_token = "x"
        os.environ.pop("WHATSAPP_SECRET_KEY")
        with self.assertRaisesRegex(UserError, "no key is configured"):
            self.account._secret("access_token")
        self.account.invalidate_recordset()
        self.assertEqual(self.account.access_token, MASK, "the form still opens")
        self.assertFalse(self.account.has_secret_key)

    def test_a_webhook_with_an_unreadable_secret_refuses_and_does_not_break(self):
        self._use_key()
        self.account.app_secret = "x"
        os.environ.pop("WHATSAPP_SECRET_KEY")
        self.env.registry.clear_cache()
        account_id, secret = self.env["whatsapp.business.account"]._webhook_key(self.account.webhook_uuid)
        self.assertEqual((account_id, secret), (self.account.id, ""))

    def test_a_short_key_is_refused(self):
        self._use_key("short")
        with self.assertRaisesRegex(UserError, "shorter than 16"):
            self.account.access_token = "x"

    def test_a_damaged_value_is_told(self):
        self._use_key()
        for stored in ("aesgcm1:!!!", "aesgcm1:AAAA", "rot13:foo"):
            self.env.cr.execute("UPDATE whatsapp_business_account SET access_token_sealed = %s WHERE id = %s", [stored, self.account.id])
            self.account.invalidate_recordset()
            with self.assertRaises(UserError):
                self.account._secret("access_token")

    def test_without_a_key_it_still_works(self):
        self.account.access_token = "plain"
        self.assertEqual(self._column(), "plain:plain")
        self.assertEqual(self.account._secret("access_token"), "plain")

    def test_writing_the_mask_back_changes_nothing(self):
        self._use_key()
        self.account.access_token = "token"
        before = self._column()
        self.account.write({"access_token": MASK, "name": "Renamed"})
        self.assertEqual(self._column(), before)

    def test_text_typed_behind_the_mask_replaces_the_secret(self):
        self.account.access_token = "old"
        self.account.access_token = MASK + " new "
        self.assertEqual(self.account._secret("access_token"), "new")

    def test_a_secret_can_be_taken_away(self):
        self.account.app_secret = False
        self.assertFalse(self._column("app_secret"))
        self.assertFalse(self.account.app_secret)
        self.assertFalse(self.account.is_ready)

    def test_reading_gives_the_mask_to_everybody(self):
        self._set_up_people()
        self.admin.group_ids += self.env.ref("base.group_allow_export")
        admin = self.account.with_user(self.admin)
        names = ["access_token", "app_secret", "verify_token"]
        self.assertEqual(list(admin.read(names)[0].values())[1:], [MASK] * 3)
        self.assertEqual(admin.export_data(names)["datas"], [[MASK] * 3])
        root = self.account.with_user(self.env.ref("base.user_root"))
        self.assertEqual(root.read(["access_token"])[0]["access_token"], MASK)

    def test_the_sealed_columns_are_out_of_reach_even_for_system_users(self):
        system = self.env.ref("base.user_admin")
        self.assertTrue(system.has_group("base.group_system"))
        account = self.account.with_user(system)
        for name in ("access_token_sealed", "app_secret_sealed", "verify_token_sealed"):
            with self.subTest(name=name):
                with self.assertRaises(AccessError):
                    account.read([name])
                with self.assertRaises(AccessError):
                    account.search([(name, "like", "plain:")])
                with self.assertRaises(AccessError):
                    account.write({name: "plain:mine"})
                with self.assertRaises(AccessError):
                    account._read_group([], [name], ["__count"])
                with self.assertRaises(AccessError):
                    account.search([], order=name)
                with self.assertRaises(AccessError):
                    account.export_data([name])
                self.assertNotIn(name, account.fields_get())
                self.assertNotIn(name, account.read()[0])

    def test_nothing_is_logged_or_posted(self):
        self._use_key()
        with self.assertLogs(level=logging.INFO) as logs, self.assertRaises(UserError) as caught:
            logging.getLogger("test").info("at least one line")
            self.account.with_context(tracking_disable=False).write({"access_token": "EAAG-very-secret", "app_secret": "hush-hush"})
            self.env.flush_all()
            with patch.object(client.CloudClient, "phone_numbers", side_effect=client.NotSent("No route")):
                self.account.action_test_connection()
        told = " ".join(logs.output) + str(caught.exception) + " ".join(self.account.message_ids.mapped("body"))
        self.assertNotIn("very-secret", told)
        self.assertNotIn("hush-hush", told)
        self.assertNotIn("very-secret", repr(self.account._client()))

    def test_a_new_verify_token_is_shown_once(self):
        action = self.account.action_new_verify_token()
        token = self.account._secret("verify_token")
        self.assertGreaterEqual(len(token), 20)
        self.assertIn(token, action["params"]["message"])
        self.assertTrue(self.account._check_verify_token(token))
        self.assertFalse(self.account._check_verify_token(None))
        self.assertFalse(self.account._check_verify_token("é"))

    def test_a_new_account_has_a_verify_token_of_its_own(self):
        accounts = [self._account(f"29900000000010{n}") for n in range(2)]
        tokens = {account._secret("verify_token") for account in accounts}
        self.assertEqual(len(tokens), 2)

    def test_plain_http_is_for_this_machine_only(self):
        with self.assertRaises(UserError):
            self.account.graph_url = "http://graph.example.com"
        self.account.graph_url = "https://graph.example.com"
