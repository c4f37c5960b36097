"""Media: upload, look up, download, delete; resumable uploads."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from .. import ids
from ..errors import GraphError, missing, unknown_object
from ..files import add_media, media_url, url_hash
from ..validation.media import MEDIA_LIMITS, plain_mime

if TYPE_CHECKING:
    from ..core import Simulator
    from ..state import Media, Number

#: What the upload endpoint takes; other types are refused with code 100.
UPLOAD_TYPES = sorted(set().union(*(mimes for mimes, _limit in MEDIA_LIMITS.values() if mimes)) | {
    "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "text/csv", "application/zip", "application/json", "text/xml", "application/octet-stream",
})


def limit_of(mime: str) -> int:
    """Maximum bytes of an upload of that type."""
    for mimes, limit in MEDIA_LIMITS.values():
        if mimes and mime in mimes:
            return limit
    return MEDIA_LIMITS["document"][1]


async def upload(sim: Simulator, number: Number, request: web.Request) -> dict:
    """POST /{PNID}/media, multipart form."""
    if not request.content_type.startswith("multipart/"):
        raise missing("file")
    form = await request.post()
    if form.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    file = form.get("file")
    if not isinstance(file, web.FileField):
        raise missing("file")
    mime = str(form.get("type") or file.content_type or "")
    if plain_mime(mime) not in UPLOAD_TYPES:
        raise GraphError(100, message=f"(#100) Param file must be a file with one of the following types: "
                                      f"{', '.join(UPLOAD_TYPES)}. Received file of type '{mime}'.", messaging=False)
    data = file.file.read()
    if not data:
        raise GraphError(131053, "The file is empty")
    limit = limit_of(plain_mime(mime))
    if len(data) > limit:
        raise GraphError(131053, f"The file has {len(data)} bytes, the maximum for {mime} is {limit}")
    media = add_media(sim, number.id, data, mime, file.filename)
    return {"id": media.id}


def look_up(sim: Simulator, media: Media, query: Mapping[str, str]) -> dict:
    """GET /{media-id}."""
    pnid = query.get("phone_number_id")
    if pnid and pnid != media.pnid:
        raise unknown_object(media.id)
    return {"messaging_product": "whatsapp", "url": media_url(sim, media), "mime_type": media.mime,
            "sha256": media.sha256, "file_size": str(len(media.data)), "id": media.id}


async def download(sim: Simulator, request: web.Request) -> web.Response:
    """The bytes behind a media URL: needs the Bearer token, and dies after five minutes."""
    media = sim.world.media.get(request.match_info["media_id"])
    token = sim.world.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer ").strip())
    if sim.config.check_token and (token is None or not token.works(time.time())):
        return web.Response(status=401, text="Authorization needed")
    expires = request.query.get("ext", "")
    if media is None or not expires.isdigit() or int(expires) < time.time():
        return web.Response(status=404, text="This address is unknown or expired")
    if request.query.get("hash") != url_hash(media, expires):
        return web.Response(status=404, text="This address is unknown or expired")
    return web.Response(body=media.data, headers={"Content-Type": media.mime})


# -- resumable uploads (samples of template headers, profile pictures) -------------------------------------------------
def start_upload(sim: Simulator, query: Mapping[str, str]) -> dict:
    """POST /{APP}/uploads."""
    length = query.get("file_length", "")
    if not length.isdigit():
        raise missing("file_length")
    if not query.get("file_type"):
        raise missing("file_type")
    upload_id = "upload:" + base64.urlsafe_b64encode(ids.number_id().encode()).decode().rstrip("=")
    sim.world.uploads[upload_id] = {"length": int(length), "type": query["file_type"], "data": b"",
                                    "name": query.get("file_name")}
    return {"id": upload_id}


async def continue_upload(sim: Simulator, upload_id: str, request: web.Request) -> dict:
    """GET (how far) and POST (bytes) on /upload:..."""
    session = sim.world.uploads.get(upload_id)
    if session is None:
        raise unknown_object(upload_id)
    if request.method == "GET":
        return {"id": upload_id, "file_offset": len(session["data"])}
    offset = request.headers.get("file_offset", "0")
    if not offset.isdigit() or int(offset) != len(session["data"]):
        raise GraphError(100, message=f"(#100) file_offset must be {len(session['data'])}", messaging=False)
    session["data"] += await request.read()
    if len(session["data"]) < session["length"]:
        return {"id": upload_id, "file_offset": len(session["data"])}
    handle = "4::" + base64.b64encode(re.sub("^upload:", "", upload_id).encode()).decode()
    session["handle"] = handle
    return {"h": handle}
