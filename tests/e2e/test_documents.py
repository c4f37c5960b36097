"""Documents on the customer's phone: an invoice with its PDF, a quotation with a link that opens it."""

import base64
import itertools
import shutil
import time
from urllib.parse import urlsplit, urlunsplit

import pytest
import requests
from harness import wait_until_equal

TEMPLATE, TRANSLATION = "whatsapp.message.template", "whatsapp.message.template.translation"
ISSUED = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
_serial = itertools.count(int(time.time()))


@pytest.fixture
def company(stack):
    """The company of the number, with a chart of accounts: its id."""
    company = stack.value("SELECT company_id FROM whatsapp_channel WHERE id = %s", stack.channel_id)
    stack.admin.call("account.chart.template", "try_loading", [], "generic_coa", company)
    return company


def approved(stack, model, variables=(), **values):
    """A template about records of a model, approved; returns its id. variables: {name: values}, as the form has them."""
    stack.sim.config(template_approval_ms=100)
    [model_id] = stack.admin.call("ir.model", "search", [("model", "=", model)])
    [template] = stack.admin.call(TEMPLATE, "create", [{
        "name": f"document_{next(_serial)}", "account_id": stack.account_id, "category": "UTILITY", "model_id": model_id}])
    stack.admin.call(TRANSLATION, "create", [{"template_id": template, "language": "en", **values}])
    for name, source in dict(variables).items():
        [variable] = stack.admin.call(f"{TEMPLATE}.variable", "search", [("template_id", "=", template), ("name", "=", name)])
        stack.admin.call(f"{TEMPLATE}.variable", "write", [variable], source)
    stack.admin.call(TEMPLATE, "action_submit", [template])
    wait_until_equal(lambda: stack.value("SELECT state FROM whatsapp_message_template WHERE id = %s", template), "approved",
                     "Meta's approval")
    return template


def known(stack, customer):
    """The id of a customer's card in Odoo."""
    return stack.admin.call("res.partner", "create", [{"name": customer.name, "phone": f"+{customer.phone}"}])[0]


@pytest.mark.parametrize("is_issued", [True, False], ids=["issued before", "made now"])
def test_an_invoice_arrives_as_a_pdf(stack, company, is_issued):
    """The file that was issued (sent by e-mail, an import, an e-invoice) is the one to send; else Odoo makes it."""
    if not is_issued and not shutil.which("wkhtmltopdf"):
        pytest.skip("no wkhtmltopdf on this machine: Odoo cannot make a PDF")
    eva = stack.acquaintance("Eva")
    template = approved(
        stack, "account.move", body_text="Here is your invoice. Thank you.", header_format="DOCUMENT",
        header_file=base64.b64encode(ISSUED).decode(), header_filename="invoice.pdf",
    )
    [product] = stack.admin.call("product.product", "create", [{"name": "Lamp", "list_price": 20}])
    [invoice] = stack.admin.call("account.move", "create", [{
        "move_type": "out_invoice", "partner_id": known(stack, eva), "company_id": company,
        "invoice_line_ids": [(0, 0, {"product_id": product, "quantity": 2, "price_unit": 20})]}])
    stack.admin.call("account.move", "action_post", [invoice])
    if is_issued:
        stack.admin.call("ir.attachment", "create", [{
            "name": "INV.pdf", "datas": base64.b64encode(ISSUED).decode(), "res_model": "account.move", "res_id": invoice,
            "res_field": "invoice_pdf_report_file", "mimetype": "application/pdf"}])
    [answer] = stack.admin.call(
        "account.move", "whatsapp_send", [invoice], template=template, report="account.account_invoices"
    )
    assert answer["message_id"], answer
    stack.wait_for_state(answer["message_id"], "read", timeout=60)
    [received] = [message for message in eva.received() if message["type"] == "template"]
    [header] = [part for part in received["content"]["components"] if part["type"].lower() == "header"]
    document = header["parameters"][0]["document"]
    assert document["filename"].endswith(".pdf")
    file = requests.get(f"{stack.sim.url}/_sim/file/{document['id']}", timeout=20).content
    assert file.startswith(b"%PDF")
    assert file == ISSUED if is_issued else len(file) > 5000


def test_the_link_in_a_message_opens_the_quotation_and_nothing_else(stack):
    eva, ben = stack.acquaintance("Eva"), stack.customer("Ben")
    template = approved(
        stack, "sale.order", {"1": {"source": "portal_url"}}, body_text="Your quotation is at {{1}} for you to read.",
        body_examples="https://x.test/my/orders/1",
    )
    [product] = stack.admin.call("product.product", "create", [{"name": "Lamp of Eva", "list_price": 20}])
    orders = stack.admin.call("sale.order", "create", [
        {"partner_id": known(stack, who), "order_line": [(0, 0, {"product_id": product})]} for who in (eva, ben)])
    [answer] = stack.admin.call("sale.order", "whatsapp_send", orders[:1], template=template)
    row = stack.wait_for_state(answer["message_id"], "read")
    [received] = [message for message in eva.received() if message["type"] == "template"]
    link = received["content"]["components"][0]["parameters"][0]["text"]
    assert link in row["body"]
    # the customer's browser: no session. Odoo is known under another address while it is tested.
    parts = urlsplit(link)
    here = parts._replace(scheme="http", netloc=f"127.0.0.1:{stack.odoo_port}")
    page = requests.get(urlunsplit(here), timeout=60)
    name = stack.value("SELECT name FROM sale_order WHERE id = %s", orders[0])
    assert page.status_code == 200
    assert name in page.text and "Lamp of Eva" in page.text
    for other in (here._replace(query=""), here._replace(path=here.path.replace(str(orders[0]), str(orders[1])))):
        refused = requests.get(urlunsplit(other), timeout=60)
        assert "Lamp of Eva" not in refused.text, "whoever has one link opens one quotation"
