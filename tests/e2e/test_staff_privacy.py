"""Nothing of the team leaves: notes, names, mail addresses, tags and teams of staff never reach a customer's phone.

Everything that the inbox does by itself or in the agents' name is done once, and then all that was sent to Meta about
this customer is searched, whatever it was: texts, templates, read marks, typing signs.
"""

import json

from harness import wait_until
from people import Agent

NOTE = "Careful: zanzibar affair"
SECRETS = ("zanzibar", "Quillfeather", "bartleby", "office.example.com", "Backstage", "Moneymaker", "Vexatious")


def everything_sent(stack, customer):
    """All requests to Meta that name the customer or one of their messages, as one text."""
    wamids = {row["wamid"] for row in customer.messages() if row["wamid"]}
    found = [
        entry for entry in stack.sim.get("requests")["requests"]
        if customer.phone in (text := json.dumps(entry, ensure_ascii=False)) or any(wamid in text for wamid in wamids)
    ]
    return json.dumps(found, ensure_ascii=False)


def new_agent(stack):
    group = stack.value("SELECT res_id FROM ir_model_data WHERE module = 'whatsapp_base' AND name = 'group_whatsapp_agent'")
    user_group = stack.value("SELECT res_id FROM ir_model_data WHERE module = 'base' AND name = 'group_user'")
    user = stack.admin.call(
        "res.users", "create",
        [{
            "name": "Bartleby Quillfeather", "login": "bartleby@office.example.com", "email": "bartleby@office.example.com",
            "password": "bartleby-quillfeather", "signature": "<p>Bartleby Quillfeather, Backstage</p>",
            "group_ids": [(6, 0, [user_group, group])],
        }],
    )
    return (user[0] if isinstance(user, list) else user), Agent(stack, "bartleby@office.example.com", "bartleby-quillfeather")


def test_nothing_of_the_team_reaches_the_customer(stack):
    user, agent = new_agent(stack)
    team = stack.admin.call("whatsapp.team", "create", [{"name": "Backstage", "member_ids": [(6, 0, [user])], "asks_rating": True}])[0]
    tag = stack.admin.call("whatsapp.tag", "create", [{"name": "Vexatious"}])[0]
    policy = stack.admin.call(
        "whatsapp.sla.policy", "create", [{"name": "Moneymaker", "first_minutes": 1, "next_minutes": 1, "resolution_minutes": 1}]
    )[0]
    stack.admin.call("whatsapp.team", "write", [team], {"sla_policy_id": policy})
    macro = stack.admin.call(
        "whatsapp.macro", "create",
        [{
            "name": "Moneymaker", "visibility": "all",
            "step_ids": [
                (0, 0, {"kind": "reply", "text": "Thank you for your patience, {{customer}}."}),
                (0, 0, {"kind": "note", "text": NOTE}),
                (0, 0, {"kind": "tag", "tag_ids": [(6, 0, [tag])]}),
                (0, 0, {"kind": "priority", "priority": "2"}),
                (0, 0, {"kind": "assign_me"}),
            ],
        }],
    )[0]
    customer = stack.acquaintance("Cleo")
    conversation = customer.conversation()["id"]
    thread = customer.conversation()["discuss_channel_id"]

    stack.admin.call("whatsapp.conversation", "write", [conversation], {"team_id": team})
    agent.call("whatsapp.macro", "run", [macro], [conversation])
    note = {"body": NOTE, "message_type": "comment", "subtype_xmlid": "mail.mt_note"}
    agent._rpc("/mail/message/post", {"thread_model": "discuss.channel", "thread_id": thread, "post_data": note})
    agent.call("whatsapp.conversation", "message_post", [conversation], body=NOTE)
    stack.admin.call("whatsapp.conversation", "transfer", [conversation], user_id=user, note=NOTE)
    agent.writes_to(customer, "Here you are.")
    stack.execute(
        "UPDATE whatsapp_conversation SET sla_check_at = now() AT TIME ZONE 'utc' - interval '1 minute' WHERE id = %s", conversation
    )
    agent.call("whatsapp.conversation", "action_resolve", [conversation])
    wait_until(lambda: len(customer.received()) >= 3, "reply, answer and the question for a rating")
    stack.wait_until_quiet()

    sent = everything_sent(stack, customer)
    assert "Thank you for your patience, Cleo." in sent and "Here you are." in sent
    assert [word for word in SECRETS if word.lower() in sent.lower()] == []
    phone = json.dumps(customer.received(), ensure_ascii=False)
    assert [word for word in SECRETS if word.lower() in phone.lower()] == []
