"""Errors: Meta's envelope for the Graph paths, and plain 400s for the control API.

Titles and HTTP statuses follow "Cloud API error codes" of Meta's documentation.
"""

from __future__ import annotations

import random

_FBTRACE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

#: code -> (title, HTTP status, details used when the caller gives none)
CATALOG = {
    0: ("AuthException", 401, "We were unable to authenticate the app user."),
    1: ("API Unknown", 400, "Invalid request or possible server error."),
    2: ("API Service", 503, "Temporary due to downtime or due to being overloaded."),
    3: ("API Method", 500, "Capability or permissions issue."),
    4: ("API Too Many Calls", 400, "The app has reached its API call rate limit."),
    10: ("Permission Denied", 403, "Permission is either not granted or has been removed."),
    33: ("Parameter value is not valid", 400, "The business phone number has been deleted."),
    100: ("Invalid parameter", 400, "The request included one or more unsupported or misspelled parameters."),
    190: ("Error validating access token", 401, "The access token has expired."),
    200: ("API Permission", 403, "Permission is either not granted or has been removed."),
    368: ("Temporarily blocked for policies violations", 403, "The account was restricted from messaging."),
    613: ("Calls to this api have exceeded the rate limit", 400, "Too many calls."),
    80007: ("Rate limit issues", 400, "The WhatsApp Business Account has reached its rate limit."),
    130429: ("Rate limit hit", 400, "Cloud API message throughput has been reached."),
    130472: ("User's number is part of an experiment", 400, "Message was not sent as part of an experiment."),
    130497: ("Business account is restricted from messaging users in this country", 403, "Country restricted."),
    131000: ("Something went wrong", 500, "Message failed to send due to an unknown error."),
    131005: ("Access denied", 403, "Permission is either not granted or has been removed."),
    131008: ("Required parameter is missing", 400, "The request is missing a required parameter."),
    131009: ("Parameter value is not valid", 400, "One or more parameter values are invalid."),
    131016: ("Service unavailable", 500, "A service is temporarily unavailable."),
    131021: ("Recipient cannot be sender", 400, "Sender and recipient phone number is the same."),
    131026: ("Message undeliverable", 400, "Message Undeliverable."),
    131030: ("Recipient phone number not in allowed list", 400, "Add the recipient to the allowed list and retry."),
    131031: ("Account has been locked", 403, "The account was restricted or its data could not be verified."),
    131037: ("Display name approval needed", 400, "The number's display name has not been approved."),
    131041: ("Group not found", 400, "The group does not exist or the number is not a member."),
    131042: ("Business eligibility payment issue", 400, "There was an error related to your payment method."),
    131045: ("Incorrect certificate", 500, "Message failed to send due to a phone number registration error."),
    131047: (
        "Re-engagement message",
        400,
        ("Message failed to send because more than 24 hours have passed since the customer last replied "
         "to this number."),
    ),
    131048: ("Spam rate limit hit", 400, "There are restrictions on how many messages can be sent from this number."),
    131049: (
        "This message was not delivered to maintain healthy ecosystem engagement.",
        400,
        "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
    ),
    131050: ("User has stopped marketing messages", 400, "The recipient chose not to receive marketing messages."),
    131051: ("Message type unknown", 400, "Message type is currently not supported."),
    131052: ("Media download error", 400, "Unable to download the media sent by the user."),
    131053: ("Media upload error", 400, "Unable to upload the media used in the message."),
    131055: ("Method not allowed", 400, "Only marketing templates can be sent with this endpoint."),
    131056: (
        "(Business Account, Consumer Account) pair rate limit hit",
        400,
        "Too many messages sent from the sender phone number to the same recipient in a short period of time.",
    ),
    131057: ("Account in maintenance mode", 500, "The business account is in maintenance mode."),
    131059: ("Invalid cursor", 400, "The paging cursor is invalid or expired."),
    131062: (
        "Business-scoped user id not supported",
        400,
        "Authentication templates must be sent to a phone number.",
    ),
    132000: ("Number of parameters does not match the expected number of params", 400, ""),
    132001: ("Template name does not exist in the translation", 404, ""),
    132005: ("Translated text too long", 400, "The translated text is too long."),
    132007: ("Template format character policy violated", 400, ""),
    132012: ("Parameter format does not match format in the created template", 400, ""),
    132015: ("Template is paused", 400, "The template is paused due to low quality."),
    132016: ("Template is disabled", 400, "The template has been paused too many times and is disabled."),
    132018: ("Invalid template parameter", 400, "There is an issue with a template parameter."),
    132068: ("Flow is blocked", 400, "The flow is in blocked state."),
    132069: ("Flow is throttled", 400, "The flow is in throttled state."),
    133000: ("Incomplete deregistration", 500, "A previous deregistration attempt failed."),
    133004: ("Server temporarily unavailable", 503, "Server is temporarily unavailable."),
    133006: ("Phone number re-verification needed", 400, "Verify the phone number before registering it."),
    133008: ("Too many two step verification PIN guesses", 400, "Too many guesses. Wait 12 hours."),
    133005: ("Two step verification PIN mismatch", 400, "The two-step verification PIN is incorrect."),
    133010: ("Phone number not registered", 400, "The phone number is not registered on the platform."),
    133016: ("Account register deregister rate limit exceeded", 400, "Too many attempts for this number."),
    136024: ("Request code error", 400, "The verification code could not be sent."),
    136025: ("Verify code error", 400, "The verification code is not correct."),
    147001: ("Username not available", 400, "The username is taken."),
    147005: ("Username in use", 400, "Another number of the portfolio has the username."),
    135000: ("Generic user error", 400, "The message failed because of an unknown error with the parameters."),
    139100: ("Failed to block/unblock users", 400, "Some users could not be blocked or unblocked."),
    2593107: ("Sync already requested", 400, "The contacts or the history of this number were requested before."),
    2593108: ("Sync request too late", 400, "More than 24 hours have passed since the number was onboarded."),
}


def fbtrace_id() -> str:
    """A trace id of the shape Meta uses."""
    return "A" + "".join(random.choices(_FBTRACE, k=22))


class GraphError(Exception):
    """A refusal in Meta's envelope.

    :param code: Meta's code; unknown codes get a generic title and HTTP 400.
    :param details: goes to ``error_data.details``; None takes the catalogue's text.
    :param message: replaces the whole ``message`` (else "(#code) title").
    """

    def __init__(self, code: int, details: str | None = None, *, message: str | None = None,
                 status: int | None = None, type_: str = "OAuthException", subcode: int | None = None,
                 user_title: str | None = None, user_msg: str | None = None, messaging: bool = True,
                 transient: bool | None = None) -> None:
        title, default_status, default_details = CATALOG.get(code, ("Unknown error", 400, ""))
        self.code = code
        self.title = title
        self.details = details if details is not None else default_details
        self.message = message or f"(#{code}) {title}"
        self.status = status or default_status
        self.type = type_
        self.subcode = subcode
        self.user_title = user_title
        self.user_msg = user_msg
        self.messaging = messaging
        self.transient = transient
        super().__init__(self.message)

    def body(self) -> dict:
        """The JSON body to answer, as Meta shapes it."""
        error = {"message": self.message, "type": self.type, "code": self.code}
        if self.messaging and self.details and self.code not in (0, 190):
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode:
            error["error_subcode"] = self.subcode
        if self.transient is not None:
            error["is_transient"] = self.transient
        if self.user_title:
            error["error_user_title"] = self.user_title
        if self.user_msg:
            error["error_user_msg"] = self.user_msg
        error["fbtrace_id"] = fbtrace_id()
        return {"error": error}


def unknown_object(object_id: str, verb: str = "get") -> GraphError:
    """Code 100/33: what Graph answers for an id that does not exist or is not accessible."""
    return GraphError(
        100,
        message=f"Unsupported {verb} request. Object with ID '{object_id}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api",
        type_="GraphMethodException", subcode=33, messaging=False,
    )


def missing(name: str) -> GraphError:
    """Code 100 for a top-level parameter that is missing."""
    return GraphError(100, message=f"(#100) The parameter {name} is required.", messaging=False)


def webhook_error(code: int, details: str | None = None) -> dict:
    """The error object of a ``failed`` status (``statuses[].errors[]``)."""
    title, _status, default = CATALOG.get(code, ("Unknown error", 400, ""))
    return {
        "code": code, "title": title, "message": title,
        "error_data": {"details": details or default or title},
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    }


class BadInput(Exception):
    """A control request that cannot be understood: names the field, the problem and what to do."""

    def __init__(self, field: str, problem: str, remedy: str) -> None:
        self.field, self.problem, self.remedy = field, problem, remedy
        super().__init__(f"{field}: {problem}")

    def body(self) -> dict:
        return {"error": {"field": self.field, "message": self.problem, "remedy": self.remedy}}
