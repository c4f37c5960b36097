"""Calls about accounts, business numbers and the app: everything that is set up rather than sent.

Source: Meta, "Business phone numbers" (registration, two-step verification, display names), "Business profiles",
"QR codes", "Conversational components", "Business usernames", "Health status", and Graph API, "Subscriptions" and
"Debugging access tokens".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .transport import Bearer
from .values import as_dict, as_id, as_list, path_id

WABA_FIELDS = (
    "id", "name", "currency", "country", "timezone_id", "status", "business_verification_status", "account_review_status",
    "health_status", "ownership_type", "owner_business_info", "primary_funding_id", "is_enabled_for_insights",
    "marketing_messages_onboarding_status",
)
PHONE_FIELDS = (
    "id", "display_phone_number", "verified_name", "status", "quality_rating", "throughput", "name_status",
    "new_name_status", "code_verification_status", "platform_type", "account_mode", "is_official_business_account",
    "is_on_biz_app", "is_pin_enabled", "whatsapp_business_manager_messaging_limit", "health_status",
)
PROFILE_FIELDS = ("about", "address", "description", "email", "profile_picture_url", "websites", "vertical")
APP_OBJECT = "whatsapp_business_account"


class AccountCalls:
    """Part of :class:`cloud_api.client.CloudClient`; ``call``, ``_pages`` and ``_exchange_json`` are there."""

    # -- Account and app --------------------------------------------------------------------------------------------

    def waba(self, waba_id: str, fields: Sequence[str] = WABA_FIELDS) -> dict[str, Any]:
        """Return the fields of an account."""
        return as_dict(self.call("GET", path_id(waba_id), {"fields": ",".join(fields)}))

    def health(self, node_id: str) -> dict[str, Any]:
        """Return ``health_status`` of a number or account: whether it can send, and what is in the way."""
        answer = as_dict(self.call("GET", path_id(node_id), {"fields": "health_status"}))
        return as_dict(answer.get("health_status"))

    def subscribed_apps(self, waba_id: str) -> list[dict[str, Any]]:
        """Return the apps that receive the account's webhooks."""
        return list(self._pages(f"{path_id(waba_id)}/subscribed_apps", {}))

    def subscribe_app(
        self, waba_id: str, override_callback_uri: str | None = None, verify_token: str | None = None
    ) -> bool:
        """Subscribe the token's app to the account's webhooks, with an own address if one is given."""
        body = None
        if override_callback_uri:
            body = {"override_callback_uri": override_callback_uri, "verify_token": verify_token or ""}
        return self._did("POST", f"{path_id(waba_id)}/subscribed_apps", body)

    def app_subscriptions(self, app_id: str) -> list[dict[str, Any]]:
        """Return what the app is subscribed to: ``object``, ``callback_url``, ``fields``. Needs the app secret."""
        answer = self._exchange_json("GET", f"{path_id(app_id)}/subscriptions", None, auth=self._app_auth(app_id))
        return [item for item in as_list(as_dict(answer).get("data")) if isinstance(item, dict)]

    def subscribe_fields(self, app_id: str, callback_url: str, verify_token: str, fields: Sequence[str]) -> bool:
        """Have Meta send these webhook fields to ``callback_url``, which it asks at once. Needs the app secret."""
        body = {"object": APP_OBJECT, "callback_url": callback_url, "verify_token": verify_token,
                "fields": ",".join(fields)}
        answer = self._exchange_json(
            "POST", f"{path_id(app_id)}/subscriptions", None, auth=self._app_auth(app_id), json=body)
        return as_dict(answer).get("success") is True

    def debug_token(self, app_id: str | None = None) -> dict[str, Any]:
        """Return what Meta knows about the token: ``is_valid``, ``expires_at``, ``scopes``.

        :param app_id: asks in the name of the app (needs the app secret) instead of the token's own
        """
        auth = self._app_auth(app_id) if app_id and self._app_secret else None
        answer = self._exchange_json("GET", "debug_token", {"input_token": self._secrets[0]}, auth=auth)
        return as_dict(as_dict(answer).get("data"))

    def _app_auth(self, app_id: str) -> Bearer:
        if not self._app_secret:
            raise ValueError("The app secret is needed for calls in the name of the app.")
        return Bearer(f"{app_id}|{self._app_secret}")

    # -- Numbers ----------------------------------------------------------------------------------------------------

    def phone_numbers(self, waba_id: str, fields: Sequence[str] = PHONE_FIELDS) -> list[dict[str, Any]]:
        """Return all numbers of an account."""
        return list(self._pages(f"{path_id(waba_id)}/phone_numbers", {"fields": ",".join(fields), "limit": 100}))

    def phone_number(self, phone_number_id: str, fields: Sequence[str] = PHONE_FIELDS) -> dict[str, Any]:
        """Return the fields of one number."""
        return as_dict(self.call("GET", path_id(phone_number_id), {"fields": ",".join(fields)}))

    def add_number(self, waba_id: str, country_code: str, number: str, verified_name: str) -> str:
        """Add a number, without its country code, to an account and return its id."""
        body = {"cc": country_code, "phone_number": number, "verified_name": verified_name}
        return as_id(as_dict(self.call("POST", f"{path_id(waba_id)}/phone_numbers", json=body)).get("id")) or ""

    def request_code(self, phone_number_id: str, method: str, language: str) -> bool:
        """Have Meta send a verification code to the number, by ``SMS`` or ``VOICE``."""
        body = {"code_method": method, "language": language}
        return self._did("POST", f"{path_id(phone_number_id)}/request_code", body)

    def verify_code(self, phone_number_id: str, code: str) -> bool:
        """Give Meta the code that came."""
        return self._did("POST", f"{path_id(phone_number_id)}/verify_code", {"code": code})

    def register(self, phone_number_id: str, pin: str, region: str | None = None) -> bool:
        """Register a number for Cloud API with its six-digit PIN; the first one becomes its PIN."""
        body = {"messaging_product": "whatsapp", "pin": pin}
        if region:
            body["data_localization_region"] = region
        return self._did("POST", f"{path_id(phone_number_id)}/register", body)

    def deregister(self, phone_number_id: str) -> bool:
        """Take a number off Cloud API: it neither sends nor receives until it is registered again."""
        return self._did("POST", f"{path_id(phone_number_id)}/deregister", {"messaging_product": "whatsapp"})

    def set_pin(self, phone_number_id: str, pin: str) -> bool:
        """Set the PIN of two-step verification."""
        return self._did("POST", path_id(phone_number_id), {"pin": pin})

    def set_display_name(self, phone_number_id: str, name: str) -> bool:
        """Ask Meta for another display name; it is reviewed, and the number registered again afterwards."""
        return self._did("POST", path_id(phone_number_id), {"new_display_name": name})

    # -- What customers see -----------------------------------------------------------------------------------------

    def business_profile(self, phone_number_id: str, fields: Sequence[str] = PROFILE_FIELDS) -> dict[str, Any]:
        """Return the public profile of a number."""
        path = f"{path_id(phone_number_id)}/whatsapp_business_profile"
        answer = as_dict(self.call("GET", path, {"fields": ",".join(fields)}))
        return as_dict(next(iter(as_list(answer.get("data"))), None))

    def set_business_profile(self, phone_number_id: str, values: Mapping[str, Any]) -> bool:
        """Change the public profile; see `business.check_profile` for ``values``."""
        body = {"messaging_product": "whatsapp", **values}
        return self._did("POST", f"{path_id(phone_number_id)}/whatsapp_business_profile", body)

    def username(self, phone_number_id: str) -> dict[str, Any]:
        """Return ``username`` and ``status`` of a number's business username, or nothing."""
        answer = as_dict(self.call("GET", f"{path_id(phone_number_id)}/username"))
        return as_dict(next(iter(as_list(answer.get("data"))), None)) or answer

    def set_username(self, phone_number_id: str, username: str, transfer: bool = False) -> bool:
        """Claim a business username; ``transfer`` takes it from another number of the portfolio."""
        body = {"username": username, "transfer_action": "force_transfer" if transfer else "none"}
        return self._did("POST", f"{path_id(phone_number_id)}/username", body)

    def delete_username(self, phone_number_id: str) -> bool:
        """Give the business username back."""
        return self._did("DELETE", f"{path_id(phone_number_id)}/username")

    def conversational_automation(self, phone_number_id: str) -> dict[str, Any]:
        """Return ``enable_welcome_message``, ``prompts`` (ice breakers) and ``commands``."""
        answer = as_dict(self.call("GET", path_id(phone_number_id), {"fields": "conversational_automation"}))
        return as_dict(answer.get("conversational_automation"))

    def set_conversational_automation(self, phone_number_id: str, body: Mapping[str, Any]) -> bool:
        """Replace ice breakers, commands and the welcome flag; see `business.check_automation`."""
        return self._did("POST", f"{path_id(phone_number_id)}/conversational_automation", body)

    def number_settings(self, phone_number_id: str) -> dict[str, Any]:
        """Return storage, identity check and calling settings of a number."""
        return as_dict(self.call("GET", f"{path_id(phone_number_id)}/settings"))

    def set_number_settings(self, phone_number_id: str, body: Mapping[str, Any]) -> bool:
        """Change settings of a number; what is not named stays."""
        return self._did("POST", f"{path_id(phone_number_id)}/settings", body)

    def qr_codes(self, phone_number_id: str) -> list[dict[str, Any]]:
        """Return the QR codes of a number: ``code``, ``prefilled_message``, ``deep_link_url``."""
        return list(self._pages(f"{path_id(phone_number_id)}/message_qrdls", {"limit": 100}))

    def save_qr_code(self, phone_number_id: str, message: str, code: str | None = None) -> dict[str, Any]:
        """Create a QR code, or change the text of ``code``; ``qr_image_url`` of the answer soon expires."""
        body = {"prefilled_message": message, "generate_qr_image": "PNG", **({"code": code} if code else {})}
        return as_dict(self.call("POST", f"{path_id(phone_number_id)}/message_qrdls", json=body))

    def delete_qr_code(self, phone_number_id: str, code: str) -> bool:
        """Delete a QR code; its link stops working."""
        return self._did("DELETE", f"{path_id(phone_number_id)}/message_qrdls/{path_id(code)}")

    # -- Anything else ----------------------------------------------------------------------------------------------

    def flow_ids(self, waba_id: str) -> set[str]:
        """Return the ids of the account's flows."""
        return {str(item.get("id")) for item in self._pages(f"{path_id(waba_id)}/flows", {"fields": "id", "limit": 100})}

    def graph(
        self, method: str, path: str, params: Mapping[str, Any] | None, json: Mapping[str, Any] | None, app_id: str | None
    ) -> Any:
        """Call any path. What is about the app itself is asked in its name; answers come without our secrets."""
        body = {"json": json} if json is not None else {}
        own_app = app_id and path.split("/")[0] == app_id and self._app_secret
        answer = self._exchange_json(method, path, params, auth=self._app_auth(app_id) if own_app else None, **body)
        return self._scrub(answer)

    def _did(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> bool:
        return as_dict(self.call(method, path, json=body)).get("success") is True
