import io
import json
from unittest.mock import patch

from PIL import Image

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools.misc import file_open

from ..lanes import sender
from ..tools import media_recipes, ogg_opus, voice
from .discuss_common import DiscussCommon


def recorded():
    """Return what Chromium's recorder makes: Opus in WebM."""
    with file_open("whatsapp_base/tests/recorded.webm", "rb") as file:
        return file.read()


def picture(kind, size=(64, 48), mode="RGB", **options):
    buffer = io.BytesIO()
    Image.new(mode, size, "red").save(buffer, kind, **options)
    return buffer.getvalue()


class FakeClient:
    """Meta, as far as files and messages go. ``forgets``: IDs that it refuses."""

    def __init__(self):
        self.uploads, self.sent, self.forgets = [], [], set()

    def upload_media(self, phone_number_id, data, mimetype, filename):
        self.uploads.append((data, mimetype, filename))
        return f"M{len(self.uploads)}"

    def send(self, phone_number_id, body):
        media = body.get(body["type"]) or {}
        if media.get("id") in self.forgets:
            error = sender.MetaError(code=131009, message="(#131009) Parameter value is not valid")
            raise sender.cloud_client.ApiError(error, 400)
        self.sent.append(body)
        return sender.cloud_client.SendResult(f"wamid.{len(self.sent)}")


@tagged("-at_install", "post_install")
class TestMediaOut(DiscussCommon):
    """Files on their way to WhatsApp: as what they go, what is done to them, and how often they are uploaded."""

    def setUp(self):
        super().setUp()
        self.meta = FakeClient()

    def attachment(self, name, raw, voice_message=False, **values):
        attachment = self.env["ir.attachment"].with_user(self.agent).create(
            {"name": name, "raw": raw, "res_model": "mail.compose.message", "res_id": 0, **values}
        )
        if voice_message:
            attachment.sudo()._set_voice_metadata()
        return attachment

    def post_files(self, *attachments, body="", **values):
        files = self.env["ir.attachment"].union(*attachments)
        message = self.post(self.agent, body, attachment_ids=files.ids, **values)
        return self.Message.search([("mail_message_id", "=", message.id)], order="id")

    def deliver(self):
        """Do what a sender does, with the fake in Meta's place; returns bodies of requests."""
        before = len(self.meta.sent)
        ids = sender.MediaIds()
        for job in self.claim():
            self.Message._apply_outcomes([sender.perform(job, self.meta, ids)])
        self.env.invalidate_all()
        return self.meta.sent[before:]

    # ------------------------------------------------------------
    # Voice
    # ------------------------------------------------------------

    def test_a_browsers_recording_goes_as_a_voice_message_in_ogg(self):
        attachment = self.attachment("Voice-1.webm", recorded(), voice_message=True)
        self.post_files(attachment)
        self.assertEqual((attachment.mimetype, attachment.name), ("audio/ogg", "Voice-1.ogg"))
        [request] = self.deliver()
        self.assertEqual(request["audio"], {"id": "M1", "voice": True})
        data, mimetype, filename = self.meta.uploads[-1]
        self.assertEqual((mimetype, filename), ("audio/ogg", "Voice-1.ogg"))
        self.assertTrue(ogg_opus.is_voice(data))

    def test_an_mp3_recording_is_plain_sound_where_the_server_cannot_convert(self):
        with patch.object(voice, "converter", lambda: None):
            row = self.post_files(self.attachment("Voice-1.mp3", b"ID3\x03mp3", voice_message=True, mimetype="audio/mpeg"))
            [request] = self.deliver()
        self.assertEqual((request["audio"], row.media_recipe), ({"id": "M1"}, False))
        self.assertEqual(self.meta.uploads[-1][1], "audio/mpeg")

    def test_an_mp3_recording_is_converted_in_the_lane_where_the_server_can(self):
        ogg = ogg_opus.to_voice(recorded())
        with patch.object(voice, "converter", lambda: "/bin/ffmpeg"), patch.object(voice, "_convert", lambda data: ogg):
            row = self.post_files(self.attachment("Voice-1.mp3", b"ID3\x03mp3", voice_message=True, mimetype="audio/mpeg"))
            self.assertEqual(row.media_recipe, "voice")
            [request] = self.deliver()
        self.assertEqual(request["audio"], {"id": "M1", "voice": True})
        self.assertEqual(self.meta.uploads[-1], (ogg, "audio/ogg", "Voice-1.ogg"))

    def test_a_recording_that_no_converter_takes_goes_as_a_file(self):
        def broken(data):
            raise media_recipes.NotConverted("broken")

        with patch.object(voice, "converter", lambda: "/bin/ffmpeg"), patch.object(voice, "_convert", broken):
            row = self.post_files(self.attachment("Voice-1.mp3", b"ID3\x03mp3", voice_message=True, mimetype="audio/mpeg"))
            [request] = self.deliver()
        self.assertEqual(request["document"], {"id": "M1", "filename": "Voice-1.mp3"})
        self.assertEqual((row.state, row.type), ("accepted", "document"))

    def test_a_sound_file_is_no_voice_message(self):
        self.post_files(self.attachment("song.ogg", ogg_opus.to_voice(recorded()), mimetype="audio/ogg"))
        [request] = self.deliver()
        self.assertEqual(request["audio"], {"id": "M1"})

    # ------------------------------------------------------------
    # Pictures and stickers
    # ------------------------------------------------------------

    def test_pictures_that_whatsapp_does_not_know_become_jpeg(self):
        for kind in ("WEBP", "BMP"):
            with self.subTest(kind=kind):
                self.post_files(self.attachment(f"a.{kind.lower()}", picture(kind)), body="Look")
                [request] = self.deliver()
                self.assertEqual(request["image"]["caption"], "Look")
                data, mimetype, filename = self.meta.uploads[-1]
                self.assertEqual((mimetype, filename, data[:2]), ("image/jpeg", "a.jpg", b"\xff\xd8"))

    def test_what_cannot_be_converted_goes_as_a_document(self):
        self.post_files(self.attachment("a.heic", b"\0\0\0\x18ftypheic" + b"\0" * 40, mimetype="image/heic"))
        [request] = self.deliver()
        self.assertEqual(request["document"]["filename"], "a.heic")
        self.assertEqual(self.meta.uploads[-1][1], "application/octet-stream")

    def test_a_picture_goes_as_a_sticker_where_the_agent_says_so(self):
        attachment = self.attachment("cat.png", picture("PNG", (300, 200)))
        row = self.post_files(attachment, whatsapp_sticker_ids=attachment.ids)
        self.assertEqual((row.type, row.media_recipe), ("sticker", "sticker"))
        [request] = self.deliver()
        self.assertEqual(request["sticker"], {"id": "M1"})
        image = Image.open(io.BytesIO(self.meta.uploads[-1][0]))
        self.assertEqual((image.format, image.size), ("WEBP", (512, 512)))

    def test_the_text_beside_a_sticker_is_a_message_of_its_own(self):
        attachment = self.attachment("cat.webp", picture("WEBP", (512, 512)))
        rows = self.post_files(attachment, body="Hi", whatsapp_sticker_ids=attachment.ids)
        self.assertEqual(rows.mapped("type"), ["text", "sticker"])

    def test_what_cannot_be_a_sticker_is_refused_before_anything_is_sent(self):
        attachment = self.attachment("a.pdf", b"%PDF-1.4", mimetype="application/pdf")
        with self.assertRaisesRegex(UserError, "no picture that could become a sticker"):
            self.post_files(attachment, whatsapp_sticker_ids=attachment.ids)

    # ------------------------------------------------------------
    # Uploads
    # ------------------------------------------------------------

    def test_the_same_file_is_uploaded_once_for_many(self):
        file = self.attachment("a.jpg", picture("JPEG"))
        for number in range(5):
            self._conversation(f"3460090050{number}")._send_attachments(file, origin="campaign", priority=0)
        requests = self.deliver()
        self.assertEqual([request["image"]["id"] for request in requests], ["M1"] * 5)
        self.assertEqual(len(self.meta.uploads), 1)
        self._conversation("34600900600")._send_attachments(file)
        self.deliver()
        self.assertEqual(len(self.meta.uploads), 1, "remembered in the database")

    def test_another_number_uploads_for_itself(self):
        file = self.attachment("a.jpg", picture("JPEG"))
        other = self._channel(self.account, "399000000000002")
        self.conversation._send_attachments(file)
        self._conversation("34600900601", channel=other)._send_attachments(file)
        self.deliver()
        self.assertEqual(len(self.meta.uploads), 2)

    def test_after_29_days_it_is_uploaded_again(self):
        file = self.attachment("a.jpg", picture("JPEG"))
        self.conversation._send_attachments(file)
        self.deliver()
        self.env.cr.execute("UPDATE whatsapp_media_upload SET uploaded_at = uploaded_at - interval '30 days'")
        self._conversation("34600900602")._send_attachments(file)
        self.deliver()
        self.assertEqual(len(self.meta.uploads), 2)
        self.env.cr.execute("UPDATE whatsapp_media_upload SET uploaded_at = uploaded_at - interval '30 days'")
        self.env["whatsapp.media.upload"]._gc_expired()
        self.assertFalse(self.env["whatsapp.media.upload"].search([]))

    def test_a_file_that_meta_has_forgotten_is_uploaded_again_once(self):
        file = self.attachment("a.jpg", picture("JPEG"))
        self.conversation._send_attachments(file)
        self.deliver()
        self.meta.forgets = {"M1"}
        row = self._conversation("34600900603")._send_attachments(file)
        self.assertEqual(self.deliver(), [])
        self.assertEqual(row.state, "queued")
        [request] = self.deliver()
        self.assertEqual((request["image"]["id"], row.state, len(self.meta.uploads)), ("M2", "accepted", 2))

    def test_a_file_that_meta_refuses_anew_fails(self):
        file = self.attachment("a.jpg", picture("JPEG"))
        self.meta.forgets = {"M1", "M2", "M3"}
        row = self.conversation._send_attachments(file)
        self.deliver()
        self.assertEqual((row.state, len(self.meta.uploads)), ("failed", 1))

    def test_a_file_that_meta_could_not_use_after_all_is_uploaded_anew_for_the_next(self):
        file = self.attachment("a.jpg", picture("JPEG"))
        row = self.conversation._send_attachments(file)
        self.deliver()
        self.apply_statuses(self.status(row.wamid, "failed", errors=[{"code": 131053, "title": "Media upload error"}]))
        self._conversation("34600900604")._send_attachments(file)
        self.deliver()
        self.assertEqual(len(self.meta.uploads), 2)

    def test_a_second_try_by_a_person_uploads_anew(self):
        file = self.attachment("a.jpg", picture("JPEG"))
        row = self.conversation._send_attachments(file)
        self.deliver()
        self.apply_statuses(self.status(row.wamid, "failed", errors=[{"code": 131053, "title": "Media upload error"}]))
        row.action_retry()
        self.deliver()
        self.assertEqual(len(self.meta.uploads), 2)

    # ------------------------------------------------------------
    # Links
    # ------------------------------------------------------------

    def test_a_preview_is_asked_for_where_there_is_a_link_and_the_number_wants_it(self):
        for text, wanted in (
            ("See https://acme.example/a", True), ("see HTTP://acme.example", True), ("http is a protocol", False),
            ("https://", False), ("Hello", False),
        ):
            with self.subTest(text=text):
                row = self.conversation._send_text(text)
                self.assertEqual(json.loads(row.payload)["text"]["preview_url"], wanted)
        self.channel.link_preview = False
        row = self.conversation._send_text("See https://acme.example/a")
        self.assertFalse(json.loads(row.payload)["text"]["preview_url"])

    def test_a_request_for_the_number_is_tried_with_its_other_name(self):
        names = []

        def send(phone_number_id, body):
            names.append(body["interactive"]["type"])
            if names[-1] == "request_contact_info":
                raise sender.cloud_client.ApiError(sender.MetaError(code=131009, message="Parameter value is not valid"), 400)
            return sender.cloud_client.SendResult("wamid.1")

        row = self.conversation._send_content(self.conversation._content_of("contact_request", {"body": "Your number?"}))
        with patch.object(self.meta, "send", send):
            [job] = self.claim()
            outcome = sender.perform(job, self.meta)
        self.assertEqual((names, outcome.kind, outcome.job.id), (["request_contact_info", "contact_request"], "accepted", row.id))
