import base64
import hashlib
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.sql_db import connection_info_for
from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from ..cloud_api.client import ApiError, NotSent
from ..cloud_api.meta_error import MetaError
from ..lanes import LOCK_RUNNER, fetcher
from ..lanes.fetcher import Found
from .common import RUNNER
from .test_inbound_shown import REFERRAL, ShownCommon

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
LOGGER = "odoo.addons.whatsapp_base.models.whatsapp_chat_message_media"


class Meta:
    """Answers for Meta: files by ID, and what goes wrong."""

    def __init__(self, data=PNG, refusals=(), info_error=None, **info):
        self.data, self.refusals, self.info_error = data, list(refusals), info_error
        self.info = {"url": "https://lookaside/1", "mime_type": "image/png", "file_size": str(len(data)), **info}
        self.asked = self.downloads = 0

    def media_info(self, media_id, phone_number_id):
        self.asked += 1
        if self.info_error:
            raise self.info_error
        return self.info

    def download(self, url, max_bytes):
        self.downloads += 1
        if self.refusals:
            raise self.refusals.pop(0)
        return self.data, "image/png"


def refusal(status, code=None, subcode=None):
    return ApiError(MetaError(code=code, subcode=subcode, message="No."), status)


class MediaCommon(ShownCommon):
    def _image(self, **values):
        image = {"id": "77", "mime_type": "image/png", "sha256": base64.b64encode(hashlib.sha256(PNG).digest()).decode(), **values}
        return self._one("image", image=image)

    def _claim_files(self, room=8):
        self.env.flush_all()
        return self.Message._claim_fetches(RUNNER, room)

    def _fetch(self, meta):
        """Do what the lane does with all that is due."""
        for job in self._claim_files():
            self.Message._apply_found(fetcher.fetch_file(job, meta, fetcher.Budget()))


@tagged("post_install", "-at_install")
class TestFetching(MediaCommon):
    """Files come after their message, whole, or not at all."""

    def test_a_file_is_attached_and_shown(self):
        row = self._image()
        self._fetch(Meta())
        self.assertEqual((row.media_state, row.attachment_ids.raw), ("done", PNG))
        self.assertEqual(row.mail_message_id.attachment_ids, row.attachment_ids)
        self.assertNotIn("media", self._shown(row))

    def test_several_are_claimed_at_once_and_by_nobody_else(self):
        rows = self.receive(*[self.inbound_message("image", image={"id": str(n), "mime_type": "image/png"}) for n in range(5)])
        self.assertEqual([job.id for job in self._claim_files(room=3)], rows.ids[:3])
        self.assertEqual([job.id for job in self._claim_files()], rows.ids[3:])
        self.assertEqual(self._claim_files(), [])

    def test_what_a_dead_process_claimed_is_free_again(self):
        row = self._image()
        self._claim_files()
        self.Message._free_dead_fetches(RUNNER)
        self.assertEqual(self._claim_files(), [], "it is our own, and we are alive")
        self.Message._free_dead_fetches(RUNNER + 1)
        self.assertEqual([job.id for job in self._claim_files()], row.ids)

    def test_what_a_living_process_has_claimed_stays_claimed(self):
        self._image()
        self._claim_files()
        _db, info = connection_info_for(self.env.cr.dbname)
        lock = psycopg2.connect(**info)  # another session: the lock is really somebody else's
        try:
            lock.cursor().execute("SELECT pg_advisory_lock(%s, %s)", (LOCK_RUNNER, RUNNER))
            self.Message._free_dead_fetches(RUNNER + 1)
        finally:
            lock.close()
        self.assertEqual(self._claim_files(), [])

    def test_an_address_that_died_is_asked_for_anew_once(self):
        row = self._image()
        self._fetch(meta := Meta(refusals=[refusal(404)]))
        self.assertEqual((row.media_state, meta.asked, meta.downloads), ("done", 2, 2))

    @mute_logger(LOGGER)
    def test_a_file_that_is_gone_is_given_up(self):
        for meta in (Meta(refusals=[refusal(404), refusal(404)]), Meta(info_error=refusal(400, 100, 33))):
            row = self._image()
            self._fetch(meta)
            self.assertEqual(row.media_state, "failed")
            self.assertIn("no longer", self._shown(row)["media"]["reason"])

    def test_no_connection_and_no_credentials_are_tried_again_until_the_file_expires(self):
        row = self._image()
        for problem in (NotSent("No connection."), refusal(401, 190), refusal(500)):
            self._fetch(Meta(info_error=problem))
            self.assertEqual(row.media_state, "pending")
            self.assertGreater(row.media_next_try_at, fields.Datetime.now())
            row.media_next_try_at = False
        self.assertEqual(row.media_attempts, 3)
        self.env.flush_all()
        self.env.cr.execute("UPDATE whatsapp_chat_message SET create_date = create_date - interval '8 days', sent_on = create_date"
                            " - interval '8 days' WHERE id = %s", row.ids)
        self.env.invalidate_all()
        with mute_logger(LOGGER):
            self._fetch(Meta(info_error=NotSent("No connection.")))
        self.assertEqual(row.media_state, "failed")
        self.assertIn("7 days", row.media_error)

    def test_the_pauses_grow_and_stay_long(self):
        row = self._image()
        for attempts, seconds in ((1, 5), (3, 120), (6, 21600), (50, 21600)):
            row.write({"media_attempts": attempts, "media_next_try_at": False})
            row._media_failed("later")
            self.assertAlmostEqual(row.media_next_try_at, fields.Datetime.now() + timedelta(seconds=seconds), delta=timedelta(seconds=5))

    @mute_logger(LOGGER)
    def test_a_damaged_file_is_never_stored(self):
        row = self._image(sha256=hashlib.sha256(b"other").hexdigest())
        for _try in range(3):
            row.media_next_try_at = False
            self._fetch(Meta())
        self.assertEqual(row.media_state, "failed")
        self.assertFalse(row.attachment_ids)

    def test_digests_in_any_spelling(self):
        digest = hashlib.sha256(PNG).digest()
        short = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        for told in (digest.hex(), digest.hex().upper(), base64.b64encode(digest).decode(), short):
            self.assertTrue(fetcher.same_digest(PNG, told))
            self.assertFalse(fetcher.same_digest(PNG + b"x", told))
        self.assertFalse(fetcher.same_digest(PNG, "garbage"))

    @mute_logger(LOGGER)
    def test_what_is_too_large_is_not_even_fetched(self):
        self.env["ir.config_parameter"].set_param("whatsapp_base.media_max_mb", "5")
        row = self._image()
        self._fetch(meta := Meta(file_size=str(6 * 1024 * 1024)))
        self.assertEqual((row.media_state, meta.downloads), ("failed", 0))
        self.assertIn("5 MB", row.media_error)

    def test_programs_are_refused_by_content_and_by_name(self):
        for data, filename in ((b"<html><script>alert(1)</script></html>", "a.txt"), (b"plain words", "bill.pdf.EXE")):
            row = self._one("document", document={"id": "1", "mime_type": "text/plain", "filename": filename})
            row._media_fetched(data, "text/html" if b"html" in data else "text/plain")
            self.assertEqual(row.media_state, "refused", filename)
            self.assertFalse(row.attachment_ids)
            self.assertFalse(self._shown(row)["media"]["can_retry"])

    def test_a_scanner_decides_before_anything_is_stored(self):
        row = self._image()
        before = self.env["ir.attachment"].search_count([])
        with patch.object(type(self.Message), "_scan_media", return_value="A virus was found."):
            self._fetch(Meta())
        self.assertEqual((row.media_state, row.media_error), ("refused", "A virus was found."))
        self.assertEqual(self.env["ir.attachment"].search_count([]), before)

    def test_what_was_deleted_meanwhile_is_not_stored(self):
        row = self._image()
        [job] = self._claim_files()
        self.receive(self.inbound_message("revoke", revoke={"original_message_id": row.wamid}))
        self.Message._apply_found(Found(job, data=PNG, mimetype="image/png"))
        self.assertFalse(row.attachment_ids or row.mail_message_id.attachment_ids)

    def test_names_of_files_are_kept_and_harmless(self):
        row = self._one("document", document={"id": "1", "mime_type": "application/pdf", "filename": "../a\u202eb\n" + "x" * 300 + ".pdf"})
        name = row._media_filename("application/pdf")
        self.assertTrue(name.endswith(".pdf"))
        self.assertLess(len(name), 180)
        self.assertFalse({"/", "\n", "\u202e"} & set(name))

    def test_many_large_files_do_not_fill_the_memory(self):
        budget = fetcher.Budget(100)
        budget.take(60)
        budget.take(40)
        self.assertEqual(budget.used, 100)
        budget.give(100)
        budget.take(500)  # alone, it may
        self.assertEqual(budget.used, 500)


@tagged("post_install", "-at_install")
class TestFetcher(MediaCommon):
    """The pool of the lane, with this transaction in the place of its own."""

    def _run(self, meta):
        pool = fetcher.Fetcher()
        registry = SimpleNamespace(cursor=self._cursor)
        with patch.object(pool, "_client_for", return_value=meta):
            pool.step(registry, self._env_of, RUNNER)
            while pool.busy:
                pool.wait()
                pool.collect(registry, self._env_of)
        pool.close()
        return pool

    @contextmanager
    def _cursor(self):
        with self.env.cr.savepoint():
            yield self.env.cr
        self.env.invalidate_all()

    def _env_of(self, cr):
        return self.env

    def test_all_that_is_due_is_fetched_and_the_memory_given_back(self):
        rows = self.receive(*[self.inbound_message("image", image={"id": str(n), "mime_type": "image/png"}) for n in range(8)])
        pool = self._run(Meta())
        self.assertEqual(set(rows.mapped("media_state")), {"done"})
        self.assertEqual(pool.budget.used, 0)

    def test_a_scanner_that_is_out_of_reach_lets_nothing_pass_and_stops_nobody(self):
        rows = self.receive(*[self.inbound_message("image", image={"id": str(n), "mime_type": "image/png"}) for n in range(2)])
        with (
            patch.object(type(self.Message), "_scan_media", side_effect=[OSError("no scanner"), False]),
            mute_logger("odoo.addons.whatsapp_base.lanes.fetcher"),
        ):
            pool = self._run(Meta())
        self.assertEqual(sorted(rows.mapped("media_state")), ["done", "pending"])
        waiting = rows.filtered(lambda row: row.media_state == "pending")
        self.assertTrue(waiting.media_next_try_at and not waiting.claimed_by)
        self.assertEqual(pool.budget.used, 0)


@tagged("post_install", "-at_install")
class TestFetchAgain(MediaCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()

    def test_an_agent_has_a_file_fetched_again(self):
        row = self._image()
        with mute_logger(LOGGER):
            self._fetch(Meta(refusals=[refusal(404), refusal(404)]))
        row.with_user(self.agent).action_fetch_again()
        self.assertEqual((row.media_state, row.media_error), ("pending", False))
        self._fetch(Meta())
        self.assertEqual(row.media_state, "done")

    def test_not_what_expired_nor_what_is_there(self):
        row = self._image()
        with self.assertRaises(UserError):
            row.with_user(self.agent).action_fetch_again()
        row.media_state = "failed"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE whatsapp_chat_message SET create_date = now() - interval '8 days', sent_on = now() - interval '8 days' WHERE id = %s",
            row.ids,
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "7 days"):
            row.with_user(self.agent).action_fetch_again()

    def test_others_have_no_say(self):
        row = self._image()
        row.media_state = "failed"
        for user in (self.other_agent, self.employee, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                row.with_user(user).action_fetch_again()


@tagged("post_install", "-at_install")
class TestExtras(MediaCommon):
    """Link previews and pictures of advertisements."""

    def _extras(self, row, data=b"", previews=()):
        [job] = self._claim_files()
        self.assertEqual((job.id, job.kind), (row.id, "extras"))
        self.Message._apply_found(Found(job, data=data, previews=previews))
        return job

    def _preview(self, url, **values):
        return {"source_url": url, "og_title": "Shoes", "og_image": None, **values}

    def test_a_link_is_looked_at_by_the_lane_and_shown(self):
        row = self.receive(self.inbound_text("See https://example.com/shoes"))
        self.assertTrue(row.has_extras)
        self.assertFalse(row.mail_message_id.message_link_preview_ids, "not while the intake works")
        job = self._extras(row, previews=(self._preview("https://example.com/shoes"),))
        self.assertEqual(job.links, ("https://example.com/shoes",))
        self.assertEqual(row.mail_message_id.message_link_preview_ids.link_preview_id.og_title, "Shoes")
        self.assertEqual((row.has_extras, self._claim_files()), (False, []))

    def test_what_odoo_knows_already_is_not_fetched_again(self):
        known = self.env["mail.link.preview"].create(self._preview("https://example.com/known"))
        row = self.receive(self.inbound_text("https://example.com/known"))
        self.assertEqual(self._extras(row).links, ())
        self.assertEqual(row.mail_message_id.message_link_preview_ids.link_preview_id, known)

    def test_links_into_this_odoo_are_nobodys_to_fetch(self):
        row = self.receive(self.inbound_text(f"{self.env['ir.config_parameter'].get_param('web.base.url')}/web/login"))
        self.assertEqual(self._extras(row).links, ())

    def test_the_setting_switches_them_off(self):
        self.env["ir.config_parameter"].set_param("mail.link_preview_throttle", "0")
        self.assertFalse(self.receive(self.inbound_text("https://example.com/shoes")).has_extras)

    def test_a_page_that_answers_nonsense_is_no_preview(self):
        row = self.receive(self.inbound_text("https://example.com/shoes"))
        [job] = self._claim_files()
        with patch.object(fetcher, "get_link_preview_from_url", side_effect=ValueError("nonsense")):
            found = fetcher.fetch_extras(job)
        self.Message._apply_found(found)
        self.assertEqual((found.previews, row.has_extras), ((), False))

    def test_the_picture_of_an_ad_is_kept_with_the_message(self):
        row = self.receive(self.inbound_text("Hi", referral=REFERRAL))
        job = self._extras(row, data=PNG)
        self.assertEqual(job.picture, REFERRAL["image_url"])
        self.assertEqual(row.referral_image_id.raw, PNG)
        self.assertEqual(self._shown(row)["referral"]["image"], row.referral_image_id.id)

    def test_a_picture_that_is_none_is_left_out(self):
        row = self.receive(self.inbound_text("Hi", referral=REFERRAL))
        self._extras(row, data=b"<svg onload='alert(1)'/>")
        self.assertFalse(row.referral_image_id)

    def test_a_neutralized_copy_fetches_nothing(self):
        self.receive(self.inbound_text("See https://example.com/shoes"))
        image = self._image()
        self.env.flush_all()
        with file_open("whatsapp_base/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertEqual((self._claim_files(), image.media_state), ([], "failed"))
