"""Why Meta refuses or stops templates, in plain words, with what to do.

Source: Meta, "Message templates", rejection reasons, status values and pausing.
"""

from __future__ import annotations

from .words import _

__all__ = ["HELD", "STOPPED", "explain"]

#: What is said of messages that wait for their template, and of those that wait in vain: (problem, remedy)
HELD = (
    _("The template cannot be sent at the moment"),
    _("It is sent as soon as Meta allows the template again. Cancel it if it would be too late then."))
STOPPED = (
    _("The template can no longer be sent"), _("Choose another template, or correct this one and submit it again."))

#: Meta's reason -> (what it means, what to do)
REASONS = {
    "ABUSIVE_CONTENT": (
        _("Meta finds the content abusive or threatening."),
        _("Remove everything that may insult, threaten or press people, then submit again.")),
    "INCORRECT_CATEGORY": (
        _("The content does not fit the category."),
        _("Choose Marketing where anything is advertised or offered; Utility only where it is about something that the "
          "customer has ordered or asked for. Then submit again.")),
    "CATEGORY_NOT_AVAILABLE": (
        _("This category cannot be used by your account."), _("Choose another category and submit again.")),
    "INVALID_FORMAT": (
        _("Something is not written as Meta expects: variables, links, examples or special characters."),
        _("Check that variables are numbered from 1 or have names, stand neither first nor last, and that every one has "
          "a good example. Then submit again.")),
    "PROMOTIONAL": (
        _("Meta finds the content promotional, which this category does not allow."),
        _("Change the category to Marketing, or remove what advertises, then submit again.")),
    "SCAM": (
        _("Meta takes the content for a fraud attempt."),
        _("Say who you are, do not ask for card numbers or passwords, link to your own website only. Then submit again, or "
          "appeal in WhatsApp Manager.")),
    "TAG_CONTENT_MISMATCH": (
        _("Language or category do not match the content."),
        _("Check that the text is in the language of this template and that the category fits, then submit again.")),
    "LOW_QUALITY": (
        _("Customers have blocked or reported messages of this template."),
        _("Send it to fewer people and only to those who expect it, or edit the text. Meta lets it go on after 3 hours the "
          "first time, after 6 the second; the third time it is disabled for good.")),
    "FIRST_PAUSE": (
        _("Customers have blocked or reported messages of this template. Meta pauses it for 3 hours."),
        _("What waits is sent when Meta lets it go on. Meanwhile, edit the text or send it to fewer people.")),
    "SECOND_PAUSE": (
        _("Customers have blocked or reported messages of this template again. Meta pauses it for 6 hours."),
        _("The next time it is disabled for good: edit the text, or send it only to people who expect it.")),
    "RATE_LIMITING_PAUSE": (
        _("The template was new and its first messages were received badly. Meta has paused it."),
        _("Edit the text, or wait five minutes and let it go on with “Unpause”.")),
    "DISABLED": (
        _("Meta has disabled this template for good because customers have blocked or reported it repeatedly."),
        _("Create another template with another text; this one cannot be used or deleted any more.")),
}
_UNKNOWN = (_("Meta gives this reason: %(reason)s."), _("Look the template up in WhatsApp Manager, correct it and submit again."))


def explain(reason: str | None) -> tuple[str, str] | None:
    """Return (what it means, what to do) for a reason of Meta's; None when there is no reason.

    An unknown reason is named in the first text, as ``%(reason)s``.
    """
    key = (reason or "").strip().upper()
    if not key or key == "NONE":
        return None
    return REASONS.get(key, _UNKNOWN)
