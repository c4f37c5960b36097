"""Data to start with: the demo business, its templates and its people."""

from __future__ import annotations

from .state import App, Number, Person, Template, Token, Waba, World

APP_ID = "100000000000001"
WABA_ID = "200000000000001"
PNID = "300000000000001"
PNID_2 = "300000000000002"
TOKEN = "demo-access-token"
APP_SECRET = "demo-app-secret"
VERIFY_TOKEN = "demo-verify-token"


def _body(text: str, *examples) -> dict:
    part = {"type": "BODY", "text": text}
    if examples:
        part["example"] = {"body_text": [list(examples)]}
    return part


def _replies(*labels) -> dict:
    return {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": label} for label in labels]}


#: (name, language, category, parameter format, components)
TEMPLATES = (
    ("hello_world", "en_US", "UTILITY", "POSITIONAL", [
        {"type": "HEADER", "format": "TEXT", "text": "Hello World"},
        _body("Welcome and congratulations!! This message demonstrates your ability to send a WhatsApp message "
              "notification from the Cloud API. Thank you for taking the time to test with us."),
        {"type": "FOOTER", "text": "WhatsApp Business Platform sample message"},
    ]),
    ("order_new_seller", "en", "UTILITY", "POSITIONAL", [
        {"type": "HEADER", "format": "TEXT", "text": "New order"},
        _body("Hello {{1}}, there is a new order for you.\n\n*Order:* {{2}}\n*Customer:* {{3}}\n*Service:* {{4}}\n"
              "*Price:* {{5}}\n\nPlease accept or reject it.",
              "Rahim Uddin", "ORD-2026-00001", "John Doe", "NID service", "500.00 BDT"),
        {"type": "FOOTER", "text": "You can also answer ACCEPT or REJECT and the order number"},
        _replies("Accept", "Reject"),
    ]),
    ("order_confirmation", "en", "UTILITY", "POSITIONAL", [
        _body("Hi {{1}}, we received your order *{{2}}* for {{3}}. The price is {{4}}. We will tell you as soon as "
              "somebody takes it.", "John Doe", "ORD-2026-00001", "NID service", "500.00 BDT"),
    ]),
    ("order_accepted", "en", "UTILITY", "POSITIONAL", [
        _body("Good news {{1}}! Your order *{{2}}* ({{3}}) was accepted by {{4}}, who is working on it now.",
              "John Doe", "ORD-2026-00001", "NID service", "Rahim Uddin"),
    ]),
    ("appointment_reminder", "en", "UTILITY", "NAMED", [
        {"type": "BODY", "text": "Hi {{customer}}, see you on {{day}} at {{time}} in our office.",
         "example": {"body_text_named_params": [
             {"param_name": "customer", "example": "John"}, {"param_name": "day", "example": "Monday"},
             {"param_name": "time", "example": "10:00"}]}},
        _replies("Confirm", "Change"),
    ]),
    ("invoice_ready", "en", "UTILITY", "POSITIONAL", [
        {"type": "HEADER", "format": "DOCUMENT", "example": {"header_handle": ["4::demo"]}},
        _body("Your invoice {{1}} is ready, the total is {{2}} this time.", "INV/2026/00001", "500.00 BDT"),
        {"type": "BUTTONS", "buttons": [
            {"type": "URL", "text": "View online", "url": "https://shop.example.com/i/{{1}}",
             "example": ["https://shop.example.com/i/77"]},
            {"type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+15550100001"}]},
    ]),
    ("season_offer", "en", "MARKETING", "POSITIONAL", [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::demo"]}},
        _body("Hi {{1}}, this week every service is {{2}} cheaper for you.", "John", "20%"),
        {"type": "FOOTER", "text": "Answer STOP to hear less from us"},
        {"type": "BUTTONS", "buttons": [
            {"type": "URL", "text": "See the offers", "url": "https://shop.example.com/offers"},
            {"type": "QUICK_REPLY", "text": "Stop promotions"}]},
    ]),
    ("login_code", "en", "AUTHENTICATION", "POSITIONAL", [
        {"type": "BODY", "text": "*{{1}}* is your verification code. For your security, do not share this code.",
         "add_security_recommendation": True, "example": {"body_text": [["123456"]]}},
        {"type": "FOOTER", "text": "This code expires in 10 minutes.", "code_expiration_minutes": 10},
        {"type": "BUTTONS", "buttons": [
            {"type": "URL", "text": "Copy code", "url": "https://www.whatsapp.com/otp/code/?code=otp{{1}}",
             "example": ["https://www.whatsapp.com/otp/code/?code=otp123456"]}]},
    ]),
)
#: (name, phone, BSUID, username, hidden, about)
PEOPLE = (
    ("John Doe", "8801700000001", "BD.7JdKq2Xa", None, False, "Customer"),
    ("Rahim Uddin", "8801800000002", "BD.4RhUd9Lm", None, False, "Seller"),
    ("Karim Ahmed", "8801800000003", "BD.6KrAh3Tz", None, False, "Seller"),
    ("Nila", None, "BD.9f3KqLm2", "nila.dhaka", True, "Customer, phone hidden"),
)


def demo(keep_messages: int = 100_000) -> World:
    """A world with one account, two numbers, approved templates and four people."""
    world = World(keep_messages)
    world.apps[APP_ID] = App(APP_ID, "Demo app", APP_SECRET, VERIFY_TOKEN)
    world.tokens[TOKEN] = Token(TOKEN, APP_ID)
    world.wabas[WABA_ID] = Waba(WABA_ID, "Demo Services Ltd", subscriptions={APP_ID: None})
    world.numbers[PNID] = Number(PNID, WABA_ID, "+1 555-010-0001", "Demo Services",
                                 profile={"about": "Paperwork made easy", "vertical": "PROF_SERVICES",
                                          "email": "hello@shop.example.com", "websites": ["https://shop.example.com/"]})
    world.numbers[PNID_2] = Number(PNID_2, WABA_ID, "+1 555-010-0002", "Demo Services Desk")
    for index, (name, language, category, fmt, components) in enumerate(TEMPLATES, 1):
        template_id = f"40000000000000{index}"
        world.templates[template_id] = Template(template_id, WABA_ID, name, language, category, components,
                                                parameter_format=fmt, quality="GREEN")
    for name, phone, user_id, username, hidden, about in PEOPLE:
        person = Person(phone or user_id, name, phone, user_id, username, hidden, about=about)
        world.people[person.key] = person
        world.by_user_id[user_id] = person
    return world


def empty(keep_messages: int = 100_000) -> World:
    """Nothing at all: everything comes by the control API."""
    return World(keep_messages)


SEEDS = {"demo": demo, "empty": empty}
