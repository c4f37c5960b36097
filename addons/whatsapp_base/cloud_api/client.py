"""Calls to Meta's Cloud API.

Source: Meta, "Cloud API" reference (messages, media, phone numbers, business profile, registration), "WhatsApp
Business Account" (subscribed apps, message templates) and Graph API, "Secure requests" (appsecret_proof).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.utils import get_environ_proxies

from .calls_account import AccountCalls
from .calls_contacts import ContactCalls
from .calls_pricing import PricingCalls
from .calls_templates import TemplateCalls
from .meta_error import MetaError
from .transport import (
    MAX_ANSWER,
    Bearer,
    CloudError,
    NotSent,
    OutcomeUnknown,
    TooLarge,
    check_base_url,
    decode_answer,
    exchange,
    is_loopback,
    new_session,
)
from .values import as_dict, as_id, as_list, as_text, path_id

__all__ = [
    "ApiError", "CloudClient", "CloudError", "DEFAULT_BASE_URL", "DEFAULT_VERSION", "NotSent", "OutcomeUnknown",
    "SendResult", "TooLarge", "check_base_url", "check_version",
]

DEFAULT_BASE_URL = "https://graph.facebook.com"
DEFAULT_VERSION = "v25.0"
# Hosts of Meta's that media addresses point to; the token goes nowhere else.
MEDIA_HOSTS = ("fbsbx.com", "fbcdn.net", "facebook.com", "whatsapp.net")
MAX_MEDIA = 100 * 1024 * 1024
_MAX_PAGES = 1000
_VERSION_RE = re.compile(r"v[1-9][0-9]{0,2}\.[0-9]")
_PATH_RE = re.compile(r"[A-Za-z0-9_.:~%@+-]+(/[A-Za-z0-9_.:~%@+-]+)*")
# Meta repeats the token in the text of some errors.
_TOKEN_RE = re.compile(r"\bEA[A-Z][A-Za-z0-9]{24,}")
_GATEWAY = (502, 504)



class ApiError(CloudError):
    """Meta answered and refused. ``error`` may be empty of a code when a gateway answered in Meta's place."""

    def __init__(self, error: MetaError, http_status: int) -> None:
        super().__init__(f"HTTP {http_status}, {error}")
        self.error, self.http_status = error, http_status


@dataclass(frozen=True, slots=True)
class SendResult:
    """Meta's acceptance of a message; ``message_status`` may be ``held_for_quality_assessment`` or ``paused``."""

    wamid: str
    wa_id: str | None = None
    user_id: str | None = None
    message_status: str | None = None


def check_version(version: str) -> str:
    """Return a Graph API version such as ``v25.0``.

    :raises ValueError: another shape
    """
    if not isinstance(version, str) or not _VERSION_RE.fullmatch(version):
        raise ValueError("The API version must look like v25.0.")
    return version


class CloudClient(AccountCalls, ContactCalls, PricingCalls, TemplateCalls):
    """A client for one token, to be kept and shared by threads: it pools its connections.

    Every call raises `ApiError` when Meta refuses, `NotSent` when the request certainly did not leave, and
    `OutcomeUnknown` when it may have been carried out.
    """

    def __init__(
        self,
        base_url: str,
        version: str,
        token: str,
        *,
        app_secret: str | None = None,
        prove: bool = True,
        timeout: tuple[float, float] = (5, 30),
        pool_size: int = 32,
        session: requests.Session | None = None,
    ) -> None:
        """Prepare a client; nothing is sent.

        :param base_url: https address of the Graph API (http on loopback)
        :param version: such as ``v25.0``
        :param app_secret: needed for calls in the name of the app
        :param prove: with the app secret, add ``appsecret_proof`` to every call, for apps that demand it
        :param timeout: seconds to connect and seconds of silence while reading
        :raises ValueError: an unusable address, version or token
        """
        self.base_url, self.version = check_base_url(base_url), check_version(version)
        if not token or not isinstance(token, str) or not token.isascii() or any(c.isspace() for c in token):
            raise ValueError("The access token is empty or holds spaces. Copy it again from Meta Business Suite.")
        self.timeout = timeout
        self._auth = Bearer(token)
        self._secrets = [token]
        self._app_secret, self._proof = None, None
        if app_secret:
            self.set_app_secret(app_secret, prove)
        self._session = session or new_session(pool_size)
        self._proxies = self._proxies_for(self.base_url)

    def __repr__(self) -> str:
        return f"CloudClient({self.base_url!r}, {self.version!r})"

    def set_app_secret(self, app_secret: str, prove: bool) -> None:
        """Allow calls in the name of the app; ``prove``: add ``appsecret_proof`` to all others."""
        self._app_secret = app_secret
        self._secrets.append(app_secret)
        if prove:
            self._proof = hmac.new(app_secret.encode(), self._secrets[0].encode(), hashlib.sha256).hexdigest()
            self._secrets.append(self._proof)

    def close(self) -> None:
        """Close the pooled connections."""
        self._session.close()

    # -- Messages and media ---------------------------------------------------------------------------------------

    def send(self, phone_number_id: str, body: Mapping[str, Any]) -> SendResult:
        """Send the message ``body`` (see ``outbound.request``) from a business number.

        :raises OutcomeUnknown: also for an answer of success without a message id, and for a gateway's 502 or 504
        """
        answer = self.call("POST", f"{path_id(phone_number_id)}/messages", json=body)
        message = as_dict(next(iter(as_list(as_dict(answer).get("messages"))), None))
        wamid = as_id(message.get("id"))
        if wamid is None:
            raise OutcomeUnknown("Meta answered without a message id.")
        contact = as_dict(next(iter(as_list(as_dict(answer).get("contacts"))), None))
        return SendResult(
            wamid, as_id(contact.get("wa_id")), as_id(contact.get("user_id")), as_text(message.get("message_status")))

    def mark_read(self, phone_number_id: str, body: Mapping[str, Any]) -> None:
        """Send a read mark made by ``outbound.mark_read``."""
        self.call("POST", f"{path_id(phone_number_id)}/messages", json=body)

    def upload_media(self, phone_number_id: str, data: bytes, mime: str, filename: str) -> str:
        """Upload a file and return its media id, which lives 30 days and belongs to this number."""
        name = re.sub(r'[\x00-\x1f"\\/]', "_", filename or "file")[:255]
        answer = self._exchange_json(
            "POST", f"{path_id(phone_number_id)}/media", None, timeout=(self.timeout[0], max(self.timeout[1], 120)),
            data={"messaging_product": "whatsapp", "type": mime}, files={"file": (name, data, mime)})
        media_id = as_id(as_dict(answer).get("id"))
        if media_id is None:
            raise OutcomeUnknown("Meta answered without a media id.")
        return media_id

    def media_info(self, media_id: str, phone_number_id: str | None = None) -> dict[str, Any]:
        """Return ``url`` (lives 5 minutes), ``mime_type``, ``sha256`` and ``file_size`` of a file."""
        params = {"phone_number_id": phone_number_id} if phone_number_id else None
        return as_dict(self.call("GET", path_id(media_id), params))

    def download(self, url: str, max_bytes: int = MAX_MEDIA) -> tuple[bytes, str]:
        """Return the bytes and MIME type behind an address of `media_info`.

        :raises NotSent: the address is none of Meta's, so the token must not go there
        :raises TooLarge: more than ``max_bytes``
        """
        self._check_media_url(url)
        options = self._options(None)
        options.update(params=None, proxies=self._proxies_for(url))
        status, headers, body = exchange(
            self._session, "GET", url, (self.timeout[0], max(self.timeout[1], 60)), max_bytes, **options)
        if status != 200:
            raise ApiError(self._error(decode_answer(body[:MAX_ANSWER]), status), status)
        return body, headers.get("Content-Type", "").split(";")[0].strip().lower() or "application/octet-stream"

    # -- Anything else --------------------------------------------------------------------------------------------

    def call(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, json: Mapping[str, Any] | None = None
    ) -> Any:
        """Call ``/{version}/{path}`` and return the decoded JSON.

        :raises ApiError: Meta refused, or a server error other than 502 and 504 came without Meta's envelope
        :raises NotSent: the request did not leave
        :raises OutcomeUnknown: no answer, an unreadable one, or a gateway's 502 or 504
        :raises ValueError: ``path`` could lead elsewhere
        """
        return self._exchange_json(method, path, params, **({"json": json} if json is not None else {}))

    def _pages(self, path: str, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
        after: str | None = None
        for _page in range(_MAX_PAGES):
            answer = as_dict(self.call("GET", path, {**params, "after": after} if after else params))
            yield from (item for item in as_list(answer.get("data")) if isinstance(item, dict))
            paging = as_dict(answer.get("paging"))
            following = as_id(as_dict(paging.get("cursors")).get("after"))
            # The cursor of the last page exists, too; only "next" says that there is more.
            if not paging.get("next") or not following or following == after:
                return
            after = following

    def _exchange_json(
        self, method: str, path: str, params: Mapping[str, Any] | None, timeout: tuple[float, float] | None = None,
        auth: Bearer | None = None, **options: Any,
    ) -> Any:
        if not _PATH_RE.fullmatch(path) or ".." in path:
            raise ValueError("The path of the call is not valid.")
        settings = self._options(params)
        if auth:
            # The proof belongs to the token of this client.
            settings.update(auth=auth, params=params)
        url = f"{self.base_url}/{self.version}/{path}"
        try:
            status, _headers, body = exchange(
                self._session, method, url, timeout or self.timeout, **settings, **options)
        except TooLarge as error:
            raise OutcomeUnknown(str(error)) from None
        answer = decode_answer(body)
        envelope = isinstance(answer, dict) and isinstance(answer.get("error"), (dict, str))
        if status in _GATEWAY and not envelope:
            raise OutcomeUnknown(f"A gateway answered HTTP {status} in Meta's place.")
        if envelope or not 200 <= status < 300:
            raise ApiError(self._error(answer, status), status)
        if answer is None:
            raise OutcomeUnknown(f"Meta's answer (HTTP {status}) is not readable.")
        return answer

    def _options(self, params: Mapping[str, Any] | None) -> dict[str, Any]:
        if self._proof:
            params = {**(params or {}), "appsecret_proof": self._proof}
        return {"auth": self._auth, "params": params, "proxies": self._proxies}

    def _error(self, answer: Any, status: int) -> MetaError:
        """Return Meta's error without secrets; an answer of another shape gives an error without code."""
        value = as_dict(answer).get("error")
        if isinstance(value, str):
            value = {"message": value}
        error = MetaError.from_json(self._scrub(value))
        if not error.raw:
            error = replace(error, message=f"The server answered HTTP {status} without an explanation.")
        return error

    def _scrub(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._scrub(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._scrub(item) for item in value]
        if isinstance(value, str):
            for secret in self._secrets:
                value = value.replace(secret, "***")
            return _TOKEN_RE.sub("***", value)
        return value

    def _check_media_url(self, url: str) -> None:
        try:
            parts, own = urlsplit(url if isinstance(url, str) else ""), urlsplit(self.base_url)
            here = (parts.scheme, parts.hostname, parts.port) == (own.scheme, own.hostname, own.port)
        except ValueError:
            raise NotSent("The address of the file is not valid.") from None
        host = (parts.hostname or "").rstrip(".")
        known = any(host == domain or host.endswith("." + domain) for domain in MEDIA_HOSTS)
        if "@" in parts.netloc or not (here or (parts.scheme == "https" and known)):
            raise NotSent("The file is not at an address of Meta's, so the access token is not sent there.")

    @staticmethod
    def _proxies_for(url: str) -> dict[str, str]:
        return {} if is_loopback(urlsplit(url).hostname) else dict(get_environ_proxies(url))
