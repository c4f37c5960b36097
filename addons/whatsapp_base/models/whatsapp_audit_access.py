"""Which changes of access are noted in the audit log: roles, teams, sharing, keys, rules, and settings of accounts."""

from collections import defaultdict

from odoo import api, models

ACCOUNT_SETTINGS = {
    "access_token", "app_secret", "verify_token", "webhook_uuid", "graph_url", "api_version", "app_id", "waba_id",
    "portfolio_id", "active", "company_id",
}
CHANNEL_SETTINGS = {"team_id", "account_id", "phone_number_id", "active", "company_id"}
# what changes who has a role, on users and on groups
USER_FIELDS = {"group_ids", "active", "company_ids"}
GROUP_FIELDS = {"user_ids", "implied_ids", "implied_by_ids"}
RULE_MODELS = "whatsapp."


def labels(model, names):
    """Return what the fields are called, for people."""
    return ", ".join(sorted(model._fields[name]._description_string(model.env) for name in names))


def differences(before, after, name="name"):
    """Return what came and what went between two recordsets, a line each, by their names."""
    return [f"+ {record[name]}" for record in after - before] + [f"− {record[name]}" for record in before - after]


class ResGroups(models.Model):
    _inherit = "res.groups"

    @api.model
    def _whatsapp_groups(self):
        """Return the groups of our category, of any addon."""
        category = self.env.ref("whatsapp_base.module_category_whatsapp")
        # sudo: looked up on behalf of whoever administers users
        return self.sudo().search([("privilege_id.category_id", "=", category.id)])

    def write(self, vals):
        if not GROUP_FIELDS & vals.keys():
            return super().write(vals)
        groups = self._whatsapp_groups()
        before = {group: group.all_user_ids for group in groups}
        result = super().write(vals)
        groups.invalidate_recordset(["all_user_ids"])
        changes = defaultdict(list)
        for group, users in before.items():
            for user in group.all_user_ids - users:
                changes[user].append(f"+ {group.full_name}")
            for user in users - group.all_user_ids:
                changes[user].append(f"− {group.full_name}")
        for user, lines in changes.items():
            self.env["whatsapp.audit.log"]._note("access", user, ", ".join(lines), company=user.company_id)
        return result


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        users._whatsapp_note_roles(dict.fromkeys(users, self.env["res.groups"]))
        return users

    def write(self, vals):
        if not USER_FIELDS & vals.keys():
            return super().write(vals)
        groups = self.env["res.groups"]._whatsapp_groups()
        before = {user: user.sudo().all_group_ids & groups for user in self}
        companies = {user: user.sudo().company_ids for user in self}
        active = {user: user.active for user in self}
        result = super().write(vals)
        self._whatsapp_note_roles(before)
        for user in self.sudo():
            if not user.all_group_ids & groups:
                continue
            changes = differences(companies[user], user.company_ids)
            if user.active != active[user]:
                changes.append(self.env._("Active again") if user.active else self.env._("Archived"))
            if changes:
                self.env["whatsapp.audit.log"]._note("access", user, ", ".join(changes), company=user.company_id)
        return result

    def _whatsapp_note_roles(self, before):
        groups = self.env["res.groups"]._whatsapp_groups()
        for user, old in before.items():
            # sudo: whoever may change a user's groups may be told which they are now
            new = user.sudo().all_group_ids & groups
            if changes := differences(old, new, "full_name"):
                self.env["whatsapp.audit.log"]._note("access", user, ", ".join(changes), company=user.sudo().company_id)


class ResUsersApikeys(models.Model):
    _inherit = "res.users.apikeys"

    def _generate(self, scope, name, expiration_date):
        key = super()._generate(scope, name, expiration_date)
        if self.env.user.has_group("whatsapp_base.group_whatsapp_agent"):
            self.env["whatsapp.audit.log"]._note("access", self.env.user, self.env._("+ API key “%s”", name))
        return key

    def _remove(self):
        owned = [(key.user_id, key.name) for key in self.sudo()]
        result = super()._remove()
        for user, name in owned:
            if user.has_group("whatsapp_base.group_whatsapp_agent"):
                self.env["whatsapp.audit.log"]._note("access", user, self.env._("− API key “%s”", name))
        return result


class WhatsappTeam(models.Model):
    _inherit = "whatsapp.team"

    def write(self, vals):
        if not {"supervisor_ids", "is_shared"} & vals.keys():
            return super().write(vals)
        before = {team: (team.supervisor_ids, team.is_shared) for team in self}
        result = super().write(vals)
        for team, (supervisors, is_shared) in before.items():
            now = team.supervisor_ids
            changes = [self.env._("+ supervisor %s", user.name) for user in now - supervisors]
            changes += [self.env._("− supervisor %s", user.name) for user in supervisors - now]
            if team.is_shared != is_shared:
                changes.append(
                    self.env._("members see each other's conversations")
                    if team.is_shared
                    else self.env._("members see their own conversations only")
                )
            if changes:
                self.env["whatsapp.audit.log"]._note("access", team, ", ".join(changes))
        return result

    def unlink(self):
        for team in self:
            self.env["whatsapp.audit.log"]._note("access", team, self.env._("Deleted"))
        return super().unlink()


class WhatsappTeamMember(models.Model):
    """Whoever joins a team sees its conversations, whichever way they join."""

    _inherit = "whatsapp.team.member"

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        members._note_access("+")
        return members

    def write(self, vals):
        if not {"user_id", "team_id"} & vals.keys():
            return super().write(vals)
        self._note_access("−")
        result = super().write(vals)
        self._note_access("+")
        return result

    def unlink(self):
        self._note_access("−")
        return super().unlink()

    def _note_access(self, sign):
        for team, members in self.grouped("team_id").items():
            names = ", ".join(members.user_id.mapped("name"))
            self.env["whatsapp.audit.log"]._note("access", team, self.env._("%(sign)s member %(names)s", sign=sign, names=names))


class WhatsappConversation(models.Model):
    _inherit = "whatsapp.conversation"

    def write(self, vals):
        if "shared_user_ids" not in vals:
            return super().write(vals)
        before = {conversation: conversation.shared_user_ids for conversation in self}
        result = super().write(vals)
        for conversation, users in before.items():
            if changes := differences(users, conversation.shared_user_ids):
                self.env["whatsapp.audit.log"]._note("access", conversation, self.env._("Shared: %s", ", ".join(changes)))
        return result


class WhatsappBusinessAccount(models.Model):
    _inherit = "whatsapp.business.account"

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        for account in accounts:
            self.env["whatsapp.audit.log"]._note("settings", account, self.env._("Created"))
        return accounts

    def write(self, vals):
        result = super().write(vals)
        if changed := ACCOUNT_SETTINGS & vals.keys():
            for account in self:
                self.env["whatsapp.audit.log"]._note("settings", account, labels(self, changed))
        return result

    def unlink(self):
        for account in self:
            self.env["whatsapp.audit.log"]._note("settings", account, self.env._("Deleted"))
        return super().unlink()


class WhatsappChannel(models.Model):
    _inherit = "whatsapp.channel"

    def write(self, vals):
        result = super().write(vals)
        if changed := CHANNEL_SETTINGS & vals.keys():
            for channel in self:
                self.env["whatsapp.audit.log"]._note("settings", channel, labels(self, changed))
        return result


class IrRule(models.Model):
    _inherit = "ir.rule"

    def write(self, vals):
        _note_rules(self, "model_id", vals)
        return super().write(vals)

    def unlink(self):
        _note_rules(self, "model_id", None)
        return super().unlink()


class IrModelAccess(models.Model):
    _inherit = "ir.model.access"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        _note_rules(lines, "model_id", {})
        return lines

    def write(self, vals):
        _note_rules(self, "model_id", vals)
        return super().write(vals)

    def unlink(self):
        _note_rules(self, "model_id", None)
        return super().unlink()


def _note_rules(rules, link, vals):
    """Note a change of who may do what with our models; not while addons are installed, when that is what they say."""
    if not rules.env.registry.ready:
        return
    for rule in rules.sudo():
        if rule[link].model.startswith(RULE_MODELS):
            words = rules.env._("Deleted") if vals is None else labels(rules, vals) if vals else rules.env._("Created")
            rules.env["whatsapp.audit.log"]._note("access", rule, words)
