"""Who may do what, on every model of an addon: one table, which must be complete.

A new model without a line fails, and so does a right that the table does not grant. The table is asked twice: of the
ORM, and over HTTP as a program with a user's API key would ask.
"""

import inspect
from datetime import date, timedelta

from psycopg2.extras import Json

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools import SQL, mute_logger

from .common import WhatsappData

OPERATIONS = {"c": "create", "r": "read", "w": "write", "d": "unlink"}
ROLES = ("agent", "supervisor", "admin")
WITHOUT_ROLE = ("employee", "portal", "public")


class RolesData(WhatsappData):
    """A company in which every model of an addon has a record, and another company that must see none of them."""

    module: str  # the addon
    # {model: rights of agents, supervisors and administrators}, c(reate) r(ead) w(rite) d(elete); nobody else has any
    rights: dict
    extra: dict = {}  # {model: what a row needs besides}
    shared = frozenset()  # models without companies
    everybodys = frozenset()  # methods that change what is the caller's own, or what all agents share

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_world()

    @classmethod
    def _set_up_world(cls):
        cls._set_up_whatsapp()
        cls._set_up_people()
        cls.env["ir.config_parameter"].set_param("whatsapp_base.free_service_messages", "0")
        cls.conversation = cls._conversation("34600900801")
        cls.row = cls.conversation._send_text("secret price")
        cls.template = cls._template()
        tenant = cls.env["res.company"].create({"name": "Tenant"})
        cls.stranger = new_test_user(
            cls.env, "wa_stranger", "base.group_user,whatsapp_base.group_whatsapp_admin",
            company_id=tenant.id, company_ids=[(6, 0, tenant.ids)],
        )
        cls.world = {
            "whatsapp.business.account": cls.account, "whatsapp.channel": cls.channel, "whatsapp.team": cls.team,
            "whatsapp.contact": cls.conversation.contact_id, "whatsapp.conversation": cls.conversation,
            "whatsapp.chat.message": cls.row, "whatsapp.message.template": cls.template, "res.company": cls.company,
            "whatsapp.message.template.translation": cls.template.translation_ids[:1], "res.users": cls.agent,
            "res.partner": cls.conversation.partner_id, "res.currency": cls.env.ref("base.USD"), "res.country": cls.env.ref("base.es"),
            "ir.model": cls.env["ir.model"]._get("res.partner"),
        }
        cls.env.flush_all()
        for name in cls._models():
            cls.world.setdefault(name, cls._make(name))
        cls.env.flush_all()

    @classmethod
    def _models(cls):
        """Return the names of this addon's models that hold records."""
        return sorted(
            name for name, model in cls.env.registry.items()
            if name.startswith("whatsapp.") and model._original_module == cls.module and not model._abstract
        )

    @classmethod
    def _make(cls, name):
        """Return a record of a model that belongs to the company: what there is, or a row with what it must have.

        Written by SQL: what a form or a wizard would check is not what is tested here.
        """
        model = cls.env[name]
        if found := model.search([], limit=1):
            return found
        assert model._auto, f"{name}: the test's world has no row for this view"
        values = {}
        for field in model._fields.values():
            if not field.store or not field.column_type or field.name in MAGIC:
                continue
            if field.type == "many2one" and field.comodel_name in cls.world:
                values[field.name] = cls.world[field.comodel_name].id
            elif field.required:
                values[field.name] = cls._value(field)
        values.update(cls.extra.get(name, {}))
        columns = SQL(", ").join(SQL.identifier(column) for column in values)
        query = SQL("INSERT INTO %s (%s) VALUES %s RETURNING id", SQL.identifier(model._table), columns, tuple(values.values()))
        return model.browse(cls.env.execute_query(query)[0])

    @classmethod
    def _value(cls, field):
        if field.type == "many2one":
            record = cls.world[field.comodel_name] = cls._make(field.comodel_name)
            return record.id
        if field.type == "selection":
            return field.get_values(cls.env)[0]
        return {
            "bool": True, "int4": 1, "float8": 1, "numeric": 1, "date": date(2026, 10, 1), "timestamp": fields.Datetime.now(),
            "jsonb": Json({"en_US": "x"}),
        }.get(field.column_type[0], "x")


MAGIC = ("id", "create_uid", "write_uid", "create_date", "write_date")


class RolesTests(RolesData):
    """The table, as the ORM answers it; mix it into a TransactionCase."""

    def test_every_model_has_its_line(self):
        self.assertEqual(sorted(self.rights), self._models())

    def test_each_role_may_do_what_the_table_says_and_nothing_more(self):
        for name, rights in self.rights.items():
            expected = dict(zip(ROLES, rights, strict=True)) | dict.fromkeys(WITHOUT_ROLE, "")
            for role, letters in expected.items():
                model = self.env[name].with_user(getattr(self, role))
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=name, role=role, operation=operation):
                        self.assertEqual(model.has_access(operation), letter in letters)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_another_company_finds_and_reads_nothing(self):
        for name in set(self.rights) - self.shared:
            record = self.world[name]
            theirs = record.with_user(self.stranger)
            with self.subTest(model=name):
                if theirs.has_access("read") or self.env[name].with_user(self.stranger).has_access("read"):
                    self.assertFalse(record & theirs.search([]).sudo(), "found")
                with self.assertRaises(AccessError):
                    theirs.read(["display_name"])
                for operation in ("write", "unlink"):
                    self.assertFalse(theirs.has_access(operation), operation)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_wizard_is_its_users_own(self):
        for name, rights in self.rights.items():
            if not self.env[name]._transient:
                continue
            role = next(role for role, letters in zip(ROLES, rights, strict=True) if "r" in letters)
            mine = self.world[name]
            self.env.cr.execute(f"UPDATE {mine._table} SET create_uid = %s WHERE id = %s", [self.agent.id, mine.id])
            self.env.invalidate_all()
            other = {"agent": self.other_agent, "supervisor": self.supervisor, "admin": self.admin}[role]
            with self.subTest(model=name, role=role):
                self.assertFalse(mine.with_user(other).search([("id", "=", mine.id)]))
                with self.assertRaises(AccessError):
                    mine.with_user(other).read(["display_name"])

    # ------------------------------------------------------------
    # Methods that anybody may call over the API
    # ------------------------------------------------------------

    def _public_methods(self, name):
        """Return the names of what this addon lets programs call on a model, besides what every model has."""
        model, Base = self.env[name], self.env["base"]
        names = {
            method
            for cls in type(model).__mro__ if cls.__module__.startswith(f"odoo.addons.{self.module}.")
            for method, value in vars(cls).items() if callable(value) and not method.startswith("_") and not hasattr(Base, method)
        }
        return sorted(method for method in names if not getattr(getattr(model, method), "_api_private", False))

    def _plausible(self, method):
        """Return arguments that a method could be meant to have: what it asks for, aimed at the world's records."""
        values = {
            "ids": self.conversation.ids, "conversation_ids": self.conversation.ids, "conversation_id": self.conversation.id,
            "message_id": self.row.id, "user_id": self.agent.id, "partner_id": self.conversation.partner_id.id,
            "template_id": self.template.id, "query": {"view": "all", "order": "newest"}, "kind": "buttons", "status": "active",
            "values": {}, "action": "resolve", "until": "2027-01-01 10:00:00", "state": "viewing", "domain": [], "team_id": self.team.id,
        }
        needed = [
            parameter for parameter in inspect.signature(method).parameters.values()
            if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
            and (parameter.default is parameter.empty or parameter.name in ("ids", "body"))
        ]
        return {parameter.name: values.get(parameter.name, "x") for parameter in needed}

    def _everything(self):
        """Return a digest of all rows of this addon, except what it notes about who asked."""
        self.env.flush_all()
        tables = sorted({self.env[name]._table for name in self.rights if self.env[name]._auto} - {"whatsapp_audit_log"})
        rows = SQL(" UNION ALL ").join(
            SQL("SELECT %s AS name, md5(string_agg(t::text, ',' ORDER BY t.id)) AS hash FROM %s t", table, SQL.identifier(table))
            for table in tables
        )
        return dict(self.env.execute_query(rows))

    def _attempt(self, bound, before):
        """Call a method and undo it; returns what it answered, and the tables that it had changed."""
        savepoint = self.env.cr.savepoint()
        try:
            answer = bound(**self._plausible(bound))
            after = self._everything()
        except UserError:  # AccessError is one, too
            return None, []
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        return answer, [table for table, digest in after.items() if digest != before[table]]

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_public_methods_tell_and_change_nothing_for_outsiders(self):
        thread = self.conversation.discuss_channel_id
        world = {"discuss.channel": thread, "mail.message": thread.message_ids[:1], **self.world}
        before, called = self._everything(), 0
        for name in self.env.registry:
            for method in self._public_methods(name):
                if name not in world and not hasattr(getattr(self.env[name], method), "_api_model"):
                    continue  # nothing to call it on
                for role in ("other_agent", "stranger", *WITHOUT_ROLE):
                    with self.subTest(model=name, method=method, role=role):
                        called += 1
                        bound = getattr(world.get(name, self.env[name]).with_user(getattr(self, role)), method)
                        answer, changed = self._attempt(bound, before)
                        if method in self.everybodys and role not in WITHOUT_ROLE:
                            continue
                        self.assertFalse(changed)
                        for secret in ("secret price", "34600900801"):
                            self.assertNotIn(secret, repr(answer))
        self.assertGreater(called, 20)


class RolesHttpTests(RolesData):
    """The same table, asked over JSON-2 with each user's own key; mix it into an HttpCase."""

    def _ask(self, headers, model, method, **arguments):
        return self.url_open(f"/json/2/{model}/{method}", json=arguments, headers=headers).status_code

    def _keys(self, *roles):
        later = fields.Datetime.now() + timedelta(days=1)
        for role in roles:
            user = getattr(self, role)
            key = self.env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", role, later)
            yield role, {"Authorization": f"bearer {key}"}

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_the_table_holds_for_programs(self):
        for role, headers in self._keys("employee", "portal", *ROLES):
            for name, rights in self.rights.items():
                letters = rights[ROLES.index(role)] if role in ROLES else ""
                record = self.world[name]
                answers = {"r": self._ask(headers, name, "search_read", domain=[], fields=["id"], limit=1)}
                if "w" not in letters:
                    answers["w"] = self._ask(headers, name, "write", ids=record.ids, vals={"display_name": "x"})
                if "d" not in letters:
                    answers["d"] = self._ask(headers, name, "unlink", ids=record.ids)
                if "c" not in letters:
                    answers["c"] = self._ask(headers, name, "create", vals_list=[{}])
                for letter, status in answers.items():
                    with self.subTest(role=role, model=name, operation=OPERATIONS[letter]):
                        self.assertEqual(status, 200 if letter in letters else 403)

    @mute_logger("odoo.http")
    def test_without_a_key_nobody_is_answered(self):
        for headers in ({}, {"Authorization": "bearer wrong"}):
            self.assertIn(self._ask(headers, "whatsapp.chat.message", "search_read", domain=[]), (401, 403))

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule")
    def test_another_company_gets_nothing(self):
        for _role, headers in self._keys("stranger"):
            for name in set(self.rights) - self.shared:
                with self.subTest(model=name):
                    status = self._ask(headers, name, "read", ids=self.world[name].ids, fields=["display_name"])
                    self.assertEqual(status, 403)
