"""Message templates: list, create, edit, delete, and the review that follows."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .. import ids
from ..errors import GraphError, missing, unknown_object
from ..state import Template
from ..validation import definition
from ..validation.template import component
from .paging import page, select

if TYPE_CHECKING:
    from ..core import Simulator
    from ..state import Waba

DEFAULT_FIELDS = ("name", "parameter_format", "components", "language", "status", "category", "id")
#: Templates that an account may have, each language counted: of a verified business, and of another one.
LIMIT, LIMIT_UNVERIFIED = 6000, 250
CREATIONS_PER_HOUR = 100


def node(template: Template) -> dict:
    """All fields of a template."""
    return {
        "id": template.id, "name": template.name, "language": template.language, "status": template.status,
        "category": template.category, "previous_category": template.previous_category,
        "components": template.components, "parameter_format": template.parameter_format,
        "quality_score": {"score": template.quality, "date": int(time.time())},
        "rejected_reason": template.rejected_reason, "message_send_ttl_seconds": template.ttl,
        "sub_category": None, "library_template_name": None,
        "health_status": {"can_send_message": "AVAILABLE" if template.status == "APPROVED" else "BLOCKED",
                          "entities": []},
    }


def listing(sim: Simulator, waba: Waba, query: Mapping[str, str], path: str) -> dict:
    """GET /{WABA}/message_templates."""
    found = []
    for template in sim.world.templates.values():
        if template.waba_id != waba.id:
            continue
        if query.get("status") and template.status != query["status"].upper():
            continue
        if query.get("category") and template.category != query["category"].upper():
            continue
        if query.get("language") and template.language != query["language"]:
            continue
        if query.get("name") and query["name"].lower() not in template.name:
            continue
        if query.get("quality_score") and template.quality not in query["quality_score"].upper():
            continue
        found.append(template)
    result = page(found, query, sim.base_url, path)
    result["data"] = [select(node(template), query, DEFAULT_FIELDS) for template in result["data"]]
    return result


def create(sim: Simulator, waba: Waba, body: dict) -> dict:
    """POST /{WABA}/message_templates."""
    name, language, category, format_, components = definition.check(body, _handles(sim))
    _check_limits(sim, waba)
    if sim.world.template(waba.id, name, language) is not None:
        raise GraphError(100, message="Invalid parameter", subcode=2388024, user_title="Content in this language "
                         "already exists", user_msg=f"There is already {language} content for this template ({name}). "
                         "You can create a new template or edit the existing one.", messaging=False)
    deleted = sim.world.deleted_templates.get((waba.id, name))
    if deleted and time.time() - deleted < 30 * 86400:
        raise GraphError(100, message="Invalid parameter", subcode=2388023, user_title="Message template is being "
                         "deleted", user_msg=f"New {language} content can't be added while the template ({name}) is "
                         "being deleted. Try again in 4 weeks or use another name.", messaging=False)
    twin = _twin(sim, waba, components) if category != "AUTHENTICATION" else None
    if twin is not None and (twin.name, twin.language) != (name, language):
        raise GraphError(100, message="Invalid parameter", subcode=2388094, user_title="Content exists already",
                         user_msg=f"The template {twin.name} has the same body and footer already.", messaging=False)
    ttl = body.get("message_send_ttl_seconds")
    template = Template(ids.number_id(), waba.id, name, language, category, components, "PENDING", format_, ttl=ttl)
    sim.world.templates[template.id] = template
    review(sim, template)
    return {"id": template.id, "status": template.status, "category": template.category}


def _handles(sim: Simulator) -> set[str]:
    return {session["handle"] for session in sim.world.uploads.values() if session.get("handle")}


def _check_limits(sim: Simulator, waba: Waba) -> None:
    own = [template for template in sim.world.templates.values() if template.waba_id == waba.id]
    if len(own) >= (LIMIT if sim.config.verified_business else LIMIT_UNVERIFIED):
        raise GraphError(100, message="Invalid parameter", subcode=2388019, user_title="Template limit exceeded",
                         user_msg="This account has as many templates as it may have.", messaging=False)
    now, made = time.time(), sim.world.template_creations.setdefault(waba.id, [])
    made[:] = [at for at in made if now - at < 3600]
    if len(made) >= CREATIONS_PER_HOUR:
        raise GraphError(80008, message="(#80008) There have been too many calls to this WhatsApp Business account. Wait "
                         "a bit and try again.", messaging=False)
    made.append(now)


def _twin(sim: Simulator, waba: Waba, components: list) -> Template | None:
    """Another template of the account with the same body and footer."""
    wanted = [component(components, kind).get("text") for kind in ("BODY", "FOOTER")]
    cards = component(components, "CAROUSEL")
    for template in sim.world.templates.values():
        there = [component(template.components, kind).get("text") for kind in ("BODY", "FOOTER")]
        if template.waba_id == waba.id and there == wanted and component(template.components, "CAROUSEL") == cards:
            return template
    return None


def edit(sim: Simulator, template: Template, body: dict) -> dict:
    """POST /{template-id}."""
    if template.status not in ("APPROVED", "REJECTED", "PAUSED"):
        raise GraphError(100, message="Invalid parameter", subcode=2593002, user_title="Template cannot be edited",
                         user_msg=f"Only approved, rejected or paused templates can be edited, this one is "
                                  f"{template.status}.", messaging=False)
    now = time.time()
    template.edits = [at for at in template.edits if now - at < 30 * 86400]
    recent = any(now - at < 86400 for at in template.edits) or len(template.edits) >= 10
    if template.status == "APPROVED" and recent:
        raise GraphError(100, message="Invalid parameter", subcode=2388003, user_title="Edit limit reached",
                         user_msg="An approved template can be edited once in 24 hours and 10 times in 30 days.",
                         messaging=False)
    merged = {"name": template.name, "language": template.language, "category": template.category,
              "parameter_format": template.parameter_format, "components": template.components, **body}
    if template.status == "APPROVED" and merged["category"] != template.category:
        raise GraphError(100, message="Invalid parameter", subcode=2388025, user_title="Category cannot be changed",
                         user_msg="The category of an approved template cannot be edited.", messaging=False)
    _name, _language, category, format_, components = definition.check(merged, _edited_handles(sim, template))
    template.category, template.parameter_format, template.components = category, format_, components
    template.ttl = body.get("message_send_ttl_seconds", template.ttl)
    if template.status == "APPROVED":
        template.edits.append(now)
    template.status = "PENDING"
    review(sim, template)
    return {"success": True, "id": template.id, "category": template.category}


def _edited_handles(sim: Simulator, template: Template) -> set[str]:
    """What was approved once may stay."""
    kept = set()
    for part in template.components:
        cards = [inner for card in part.get("cards") or [] for inner in card.get("components") or []]
        for header in (part, *cards):
            kept.update((header.get("example") or {}).get("header_handle") or [])
    return _handles(sim) | kept


def delete(sim: Simulator, waba: Waba, query: Mapping[str, str]) -> dict:
    """DELETE /{WABA}/message_templates?name=...[&hsm_id=...]."""
    name, template_id = query.get("name"), query.get("hsm_id")
    if not name:
        raise missing("name")
    found = [t for t in sim.world.templates.values() if t.waba_id == waba.id and t.name == name
             and (not template_id or t.id == template_id)]
    if not found:
        raise GraphError(100, message="Invalid parameter", subcode=2593002, user_title="Message template not found",
                         user_msg=f"Template {name} does not exist in this account.", messaging=False)
    for template in found:
        if template.status == "DISABLED":
            raise GraphError(100, message="Invalid parameter", user_title="Template is disabled",
                             user_msg="Disabled templates cannot be deleted.", messaging=False)
    for template in found:
        del sim.world.templates[template.id]
        if template.status == "APPROVED" and not template_id:
            sim.world.deleted_templates[waba.id, name] = time.time()
    return {"success": True}


def review(sim: Simulator, template: Template) -> None:
    """Decide after the configured delay, and tell by webhook."""
    outcome = sim.config.template_outcome
    if outcome != "PENDING":
        sim.timeline.after(sim.config.template_approval_ms / 1000, set_status, sim, template, outcome)


def set_status(sim: Simulator, template: Template, status: str, reason: str | None = None) -> None:
    """Move a template to a status and send ``message_template_status_update``."""
    template.status = status
    template.rejected_reason = (reason or "INVALID_FORMAT") if status == "REJECTED" else "NONE"
    value = {
        "event": status, "message_template_id": int(template.id), "message_template_name": template.name,
        "message_template_language": template.language, "reason": template.rejected_reason,
        "message_template_category": template.category,
    }
    if status == "REJECTED":
        value["rejection_info"] = {"reason": "The simulator was told to reject it.",
                                   "recommendation": "Set template_outcome to APPROVED."}
    elif status == "PAUSED":
        value["other_info"] = {"title": "FIRST_PAUSE", "description": "The template was paused for 3 hours."}
    elif status == "DISABLED":
        value["disable_info"] = {"disable_date": int(time.time())}
    sim.hub.push(template.waba_id, "message_template_status_update", value)


def set_quality(sim: Simulator, template: Template, quality: str) -> None:
    """Rate a template and send ``message_template_quality_update``."""
    before, template.quality = template.quality, quality
    sim.hub.push(template.waba_id, "message_template_quality_update", {
        **_named(template), "previous_quality_score": before, "new_quality_score": quality})


def set_category(sim: Simulator, template: Template, category: str, hours: float) -> None:
    """Move a template to another category: at once, or (``hours``) with Meta's notice and the change after it."""
    if hours:
        at = time.time() + hours * 3600
        sim.hub.push(template.waba_id, "template_category_update", {
            **_named(template), "new_category": template.category, "correct_category": category,
            "category_update_timestamp": int(at)})
        sim.timeline.after(hours * 3600, set_category, sim, template, category, 0)
        return
    template.previous_category, template.category = template.category, category
    sim.hub.push(template.waba_id, "template_category_update", {
        **_named(template), "previous_category": template.previous_category, "new_category": category})


def tell_components(sim: Simulator, template: Template) -> None:
    """Send ``message_template_components_update`` with what the template says now."""
    value = _named(template)
    for kind, key in (("HEADER", "title"), ("BODY", "element"), ("FOOTER", "footer")):
        if text := component(template.components, kind).get("text"):
            value[f"message_template_{key}"] = text
    value["message_template_buttons"] = [
        {f"message_template_button_{key}": button[name]
         for key, name in (("type", "type"), ("text", "text"), ("url", "url"), ("phone_number", "phone_number"))
         if button.get(name)}
        for button in component(template.components, "BUTTONS").get("buttons") or []
    ]
    sim.hub.push(template.waba_id, "message_template_components_update", value)


def _named(template: Template) -> dict:
    return {"message_template_id": int(template.id), "message_template_name": template.name,
            "message_template_language": template.language}


def one(sim: Simulator, template_id: str) -> Template:
    """The template with that id. :raises GraphError: 100/33."""
    template = sim.world.templates.get(template_id)
    if template is None:
        raise unknown_object(template_id)
    return template
