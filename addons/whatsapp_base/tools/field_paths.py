"""Paths through records' fields, such as ``partner_id.name``: which are allowed, and their values as people read them."""

import re

import pytz

from odoo.exceptions import AccessError, ValidationError
from odoo.tools import format_amount, format_date, format_time, formatLang, html2plaintext

# Never sent to customers, whoever asks: what opens doors, and the models that hold the keys.
SECRET_RE = re.compile(
    r"(^|_)(password|passwd|passphrase|secret|token|tokens|api_?key|apikeys?|private_key|totp|otp|pin|signup|credentials?|hash)(_|$)"
)
SECRET_MODELS = ("ir.", "base.", "payment.", "fetchmail.", "auth.", "auth_", "res.users.", "whatsapp.business.account", "bus.")
UNREADABLE = ("binary", "image", "json", "properties", "properties_definition", "many2one_reference", "serialized")
# A path longer than this is a mistake, and each step costs queries.
MAX_STEPS = 6


def check(env, model_name, path):
    """Raise ``ValidationError`` unless ``path`` leads from the model to a field that may be sent to customers."""
    steps = (path or "").split(".")
    if not path or len(steps) > MAX_STEPS:
        raise ValidationError(env._("Choose a field (of up to %s steps through other records).", MAX_STEPS))
    model = env.get(model_name)
    if model is None:
        raise ValidationError(env._("Choose what the template speaks about before choosing a field."))
    for number, step in enumerate(steps, start=1):
        field = model._fields.get(step)
        if field is None:
            raise ValidationError(
                env._("There is no field “%(field)s” on %(model)s. Choose another one.", field=step, model=model._description)
            )
        if _is_secret(model, field):
            raise ValidationError(
                env._("The field “%(field)s” of %(model)s is never sent to customers. Choose another one.",
                      field=step, model=model._description)
            )
        if not model.has_access("read") or not model._has_field_access(field, "read"):
            raise ValidationError(
                env._("You may not read the field “%(field)s” of %(model)s. Choose another one.",
                      field=step, model=model._description)
            )
        if number < len(steps):
            if not field.relational:
                raise ValidationError(
                    env._("“%(field)s” of %(model)s does not lead to other records. End the path there.",
                          field=step, model=model._description)
                )
            model = env[field.comodel_name]
        elif field.type in UNREADABLE:
            raise ValidationError(
                env._("“%(field)s” of %(model)s cannot be written as text. Choose another field.",
                      field=step, model=model._description)
            )
        elif field.relational and field.comodel_name.startswith(SECRET_MODELS):
            raise ValidationError(env._("The field “%(field)s” of %(model)s is never sent to customers. Choose another one.",
                                        field=step, model=model._description))


def _is_secret(model, field):
    groups = field.groups or ""
    return bool(
        SECRET_RE.search(field.name) or model._name.startswith(SECRET_MODELS) or groups == "."
        or "base.group_system" in groups or "base.group_erp_manager" in groups
    )


def values(records, path, tz=None):
    """Return ``{record id: text}`` of a path, in the language of the records' context, with the rights of their user.

    What is empty is "". Reads each step once for all records.

    :param dict tz: ``{record id: time zone}`` in which times are shown
    :raises AccessError: the user may not read one of the records or fields on the way
    """
    *steps, last = path.split(".")
    reached = {record.id: record for record in records}
    current = records
    for step in steps:
        _check_readable(current, step)
        current = current.mapped(step)
        reached = {key: found.mapped(step) for key, found in reached.items()}
    _check_readable(current, last)
    result = {}
    for key, found in reached.items():
        texts = [readable(record, last, (tz or {}).get(key)) for record in found]
        result[key] = ", ".join(dict.fromkeys(filter(None, texts)))
    return result


def _check_readable(records, name):
    """Field groups are checked for RPC only, records when they are fetched: this does both, for what the user chose."""
    if records.env.su:
        return
    records.check_access("read")
    field = records._fields[name]
    if not records._has_field_access(field, "read"):
        raise AccessError(
            records.env._("You may not read the field “%(field)s” of %(model)s.", field=field._description_string(records.env),
                          model=records._description)
        )


def readable(record, name, tz=None):
    """Return one field of one record as people read it; "" when it is empty."""
    field, value, env = record._fields[name], record[name], record.env
    if field.type == "boolean":
        return env._("Yes") if value else env._("No")
    if field.type in ("integer", "float", "monetary"):
        return _number(record, field, value)
    if not value:
        return ""
    if field.type == "date":
        return format_date(env, value, date_format="long")
    if field.type == "datetime":
        local = pytz.utc.localize(value).astimezone(_zone(tz or env.user.tz))
        return f"{format_date(env, local, date_format='long')}, {format_time(env, local.time(), time_format='short')}"
    if field.type == "selection":
        return dict(field._description_selection(env)).get(value, value)
    if field.relational or field.type == "reference":
        return ", ".join(other.display_name or "" for other in value)
    if field.type == "html":
        value = html2plaintext(value)
    return " ".join(str(value).split())


def _zone(name):
    try:
        return pytz.timezone(name or "UTC")
    except pytz.UnknownTimeZoneError:
        return pytz.utc


def _number(record, field, value):
    env = record.env
    if field.type == "monetary":
        currency = record[field.get_currency_field(record)]
        if currency:
            return format_amount(env, value, currency).replace("\N{ZERO WIDTH NO-BREAK SPACE}", "")
    if field.type == "integer":
        return str(value)
    digits = field.get_digits(env) if field.type == "float" else None
    return formatLang(env, value, digits=digits[1] if digits else 2)
