"""Take the data of many messages, made by one Store, apart again.

Making a Store for each message costs four times as much as making one for all of them, and it is most of what showing
an incoming message costs. But each conversation may only get what belongs to it: whatever cannot be told apart
with certainty is not split at all.
"""

# fields of mail.message that name other records, where they are looked up; all other relations must be empty
KNOWN_MODELS = {"mail.message", "mail.message.subtype", "mail.thread", "res.partner"}
MUST_BE_EMPTY = (
    "attachment_ids", "author_guest_id", "message_link_preview_ids", "notification_ids", "parent_id", "partner_ids",
    "reactions",
)


def split(data, message_ids):
    """Return ``{message id: data}``, or None when the records cannot be attributed to single messages.

    :param dict data: result of a ``Store`` to which only messages were added
    :param message_ids: ids of these messages
    """
    messages = {values["id"]: values for values in data.get("mail.message", ())}
    if data.keys() - KNOWN_MODELS or messages.keys() != set(message_ids):
        return None
    partners = {values["id"]: values for values in data.get("res.partner", ())}
    threads = {(values["model"], values["id"]): values for values in data.get("mail.thread", ())}
    subtypes = data.get("mail.message.subtype", [])  # names of kinds of messages: the same for everybody
    result = {}
    for message_id, values in messages.items():
        if any(values.get(name) for name in MUST_BE_EMPTY) or not isinstance(values.get("thread"), dict):
            return None
        thread = (values["thread"]["model"], values["thread"]["id"])
        author = values.get("author_id")
        if thread not in threads or (author and author not in partners):
            return None
        result[message_id] = {"mail.message": [values], "mail.thread": [threads[thread]]}
        if author:
            result[message_id]["res.partner"] = [partners[author]]
        if subtypes:
            result[message_id]["mail.message.subtype"] = subtypes
    authors = {values.get("author_id") for values in messages.values()}
    used = {(values["thread"]["model"], values["thread"]["id"]) for values in messages.values()}
    if partners.keys() - authors or threads.keys() - used:
        return None
    return result
