"""Guards for models that people may write, but not all of."""

from odoo.exceptions import AccessError


def check_system_fields(records, vals, names):
    """Refuse that people change what only the system may, such as the end of a service window.

    :param records: the records that are about to be written
    :param dict vals: what is about to be written
    :param set names: fields that belong to the system
    :raises AccessError: names the fields; WhatsApp administrators may, to repair
    """
    env = records.env
    touched = names & set(vals)
    if touched and not env.su and not env.user.has_group("whatsapp_base.group_whatsapp_admin"):
        labels = ", ".join(sorted(records._fields[name]._description_string(env) for name in touched))
        raise AccessError(env._("Only WhatsApp administrators can change: %s.", labels))
