import time

from lxml import html

from odoo.tests import tagged

from ..cloud_api import markup
from ..tools import bubbles
from .test_inbound_shown import ShownCommon


@tagged("post_install", "-at_install")
class TestInboundText(ShownCommon):
    """Texts as phones write them, on their way into Discuss and through its sanitizer."""

    def _body(self, text):
        return str(self.receive(self.inbound_text(text)).mail_message_id.body)

    def test_formatting_lists_code_and_links(self):
        body = self._body("*b* _i_ ~s~ `c`\n- one\n- two\n1. first\n```\nblock\n```\nhttps://example.com/x")
        for part in ("<b>b</b>", "<i>i</i>", "<s>s</s>", "<code>c</code>", "<ul><li>one</li>", "<ol><li>first</li>", "<pre>block</pre>"):
            self.assertIn(part, body)
        self.assertIn('href="https://example.com/x"', body)

    def test_a_quote_is_part_of_the_message_and_not_folded_away(self):
        body = self._body("> you said\nand I say")
        self.assertIn('<div class="o-whatsapp-citation">you said</div>', body)
        self.assertNotIn("data-o-mail-quote", body)

    def test_arabic_and_hebrew_begin_at_the_right(self):
        for text in ("مرحبا *بك*", "שלום"):
            self.assertIn('dir="auto"', self._body(text))
        self.assertNotIn("dir=", self._body("Hello"))

    def test_the_body_says_what_the_phone_said(self):
        for text in ("a *b* c", "- one\n- two", "1. a\n2. b", "`x` and ~y~", "two\n\nlines", "2*3*4 < 5 & 6", "مرحبا *بك*"):
            self.assertEqual(markup.from_html(self._body(text)), text)

    def test_64_kilobytes_of_anything_come_through_in_time(self):
        for unit in ("word ", "*", "> ", "- x\n", "```", "<b>", "https://e.x/ ", "م ", "👍"):
            text = (unit * (65536 // len(unit.encode())))[:65536]
            begin = time.monotonic()
            body = bubbles.text(text)
            row = self.receive(self.inbound_text(text))
            self.assertTrue(row.mail_message_id.body, unit)
            self.assertEqual(row.body, text)
            self.assertLess(time.monotonic() - begin, 20, unit)
            self.assertGreater(len(body), 1000)

    def test_script_has_no_way_in(self):
        for text in ('<img src=x onerror="alert(1)">', "[x](javascript:alert(1))", 'https://e.x/"onclick="alert(1)'):
            for element in html.fromstring(f"<div>{self._body(text)}</div>").iter():
                self.assertNotEqual(element.tag, "img")
                self.assertFalse([name for name in element.attrib if name.startswith("on")])
                self.assertFalse(element.get("href", "").startswith("javascript"))


@tagged("post_install", "-at_install")
class TestInboundCost(ShownCommon):
    """Texts are the hot path: showing them costs the same number of queries however many there are."""

    def _queries(self, count, make):
        people = [f"3461100{number:04}" for number in range(count)]
        contacts = [{"wa_id": phone, "profile": {"name": phone}} for phone in people]
        self.receive(*[self.inbound_text("first", **{"from": phone}) for phone in people], contacts=contacts)
        event = self.event(self.notification([make(phone) for phone in people], contacts=contacts))
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.process(event)
        self.env.flush_all()
        self.env.cr.precommit.run()
        return self.env.cr.sql_log_count - before

    def test_texts(self):
        few, many = (self._queries(count, lambda phone: self.inbound_text("Hi", **{"from": phone})) for count in (5, 50))
        self.assertLessEqual(many - few, 5, f"{few} queries for 5, {many} for 50")

    def test_places_carts_and_quotes_of_the_unknown(self):
        place = {"latitude": 1, "longitude": 2}

        def make(phone):
            context = {"id": f"wamid.NEVER{phone}"}
            return self.inbound_message("location", location=place, context=context, **{"from": phone})

        few, many = (self._queries(count, make) for count in (5, 50))
        self.assertLessEqual(many - few, 5, f"{few} queries for 5, {many} for 50")
