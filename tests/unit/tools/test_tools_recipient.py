"""Who gets a record's message: told apart, named and addressed, whatever is known of them."""

from types import SimpleNamespace

import pytest
from tools.recipient import Recipient

from cloud_api import outbound, templates

NOBODY = SimpleNamespace(id=False, display_name=False)


class Contact(SimpleNamespace):
    """What is asked of a whatsapp.contact."""

    def __bool__(self):
        return bool(self.id)

    def _label(self):
        return self.label


def contact(**values):
    return Contact(**{"id": False, "wa_id": False, "username": False, "label": "", **values})


@pytest.mark.parametrize(
    ("known", "digits", "key", "name", "address"),
    [
        (contact(), "34600900111", "34600900111", "+34600900111", "+34600900111"),
        (contact(id=7, wa_id="34600900111", label="Ana"), "", 7, "Ana", "+34600900111"),
        (contact(id=7, username="nina", label="@nina"), "", 7, "@nina", "@nina"),
        (contact(id=7, label="BD.123"), "", 7, "BD.123", ""),
        (contact(id=7, wa_id="34600900222", label="Ana"), "34600900111", 7, "Ana", "+34600900222"),
    ],
)
def test_a_recipient_is_told_apart_named_and_addressed(known, digits, key, name, address):
    recipient = Recipient(None, NOBODY, known, digits)
    assert (recipient.key, recipient.name, recipient.address) == (key, name, address)


def test_the_customers_own_name_comes_first():
    partner = SimpleNamespace(id=1, display_name="Ana Ruiz")
    assert Recipient(None, partner, contact(id=7, label="ana"), "").name == "Ana Ruiz"


def test_the_pdf_of_a_record_stands_on_top_under_its_own_name():
    raw = {"id": "1", "name": "quotation_ready", "language": "en", "status": "APPROVED", "category": "UTILITY",
           "components": [{"type": "HEADER", "format": "DOCUMENT"}, {"type": "BODY", "text": "Hi {{1}}"}]}
    pdf = outbound.Media("document", media_id="pending-upload", filename="Quotation S00007.pdf")
    content = templates.fill(templates.parse(raw), pdf, ["Ana"], ())
    content.validate()
    assert content.payload()["template"]["components"][0] == {
        "type": "header",
        "parameters": [{"type": "document", "document": {"id": "pending-upload", "filename": "Quotation S00007.pdf"}}],
    }
