import time

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.http import request
from odoo.tools import SQL, split_every

from .res_config_settings import AUDIT_DAYS

VIEW_PAUSE = 600  # seconds in which a second look of the same person at the same thing is the same look
GC_BATCH = 10_000
INSERT_BATCH = 1_000
BUFFER = "whatsapp_audit"
PROGRAM_PATHS = ("/json/2/", "/jsonrpc", "/xmlrpc")

# when this process last wrote that somebody looked at something: {(database, user, model, id, address): monotonic time}
_seen = {}
_SEEN_MAX = 20_000


class WhatsappAuditLog(models.Model):
    """Who looked at, sent, exported or opened up what, when, and from where. Rows are added and expire; nothing else.

    Rows hold neither messages nor secrets. They are collected while a transaction works and written by one INSERT when
    it ends, so that what is rolled back leaves none. There is no foreign key to what they tell of: that may be deleted,
    the row stays.
    """

    _name = "whatsapp.audit.log"
    _description = "WhatsApp Audit Log"
    _order = "id desc"
    _log_access = False
    _rec_name = "subject"

    date = fields.Datetime("When", required=True, readonly=True, index=True)
    user_id = fields.Many2one("res.users", readonly=True, ondelete="set null", index="btree_not_null")
    login = fields.Char(readonly=True, help="As the user was called at that time.")
    kind = fields.Selection(
        [
            ("view", "Viewed"),
            ("send", "Sent"),
            ("export", "Exported"),
            ("read", "Read by a program"),
            ("access", "Changed access"),
            ("settings", "Changed settings"),
        ],
        "What",
        required=True,
        readonly=True,
    )
    address = fields.Char("From Address", readonly=True, help="Where the request came from; empty for scheduled actions.")
    via = fields.Selection([("screen", "Screen"), ("program", "Program"), ("server", "Server")], "By Way of", required=True, readonly=True)
    res_model = fields.Char("Model", readonly=True)
    res_id = fields.Many2oneReference("Record ID", model_field="res_model", readonly=True)
    subject = fields.Char("On What", readonly=True)
    detail = fields.Char("Details", readonly=True)
    record_count = fields.Integer("Records", readonly=True, aggregator="sum")
    company_id = fields.Many2one("res.company", readonly=True, index="btree_not_null", ondelete="set null")

    # a second process asks whether another has written the same look
    _view_idx = models.Index("(user_id, res_id, date DESC) WHERE kind = 'view'")

    # ------------------------------------------------------------
    # Write
    # ------------------------------------------------------------

    @api.model
    def _note(self, kind, records=None, detail=None, subject=None, count=None, company=None, once=False):
        """Remember that the current user does something; written when the transaction ends.

        :param str kind: a value of the field
        :param records: what it is done to; the row points to it where it is one
        :param str detail: what was done, without messages and secrets
        :param str subject: what it is done to, in words, where the records do not say it
        :param int count: how many records, where they are not given
        :param once: somebody who does it again within so many seconds is not noted again; True: within some minutes
        """
        one = records if records is not None and len(records) == 1 else None
        address, via = self._whence()
        row = {
            "user_id": self.env.uid,
            "kind": kind,
            "address": address,
            "via": via,
            "res_model": records._name if records is not None else None,
            "res_id": one.id if one else None,
            # sudo: the name of what was touched goes to administrators only
            "subject": subject or (one.sudo().display_name if one else None),
            "detail": detail[:2000] if detail else None,
            "record_count": count if count is not None else len(records) if records is not None else 1,
            "company_id": (company or self._company_of(one) or self.env.company).id,
            "once": VIEW_PAUSE if once is True else int(once),
        }
        if once and self._is_fresh(row):
            return
        hooks = self._hooks()
        if BUFFER not in hooks.data:
            hooks.data[BUFFER] = []
            hooks.add(self.sudo()._write_notes)
        hooks.data[BUFFER].append(row)

    @api.model
    def _hooks(self):
        """Return what runs when this transaction ends: one that reads from a replica has to be over before anything is written."""
        return self.env.cr.postcommit if self.env.cr.readonly else self.env.cr.precommit

    @api.model
    def _whence(self):
        """Return (address of the request, how it came), as Odoo sees it: behind a proxy, what the trusted proxy says."""
        if not request:
            return None, "server"
        http = request.httprequest
        return http.remote_addr, "program" if http.path.startswith(PROGRAM_PATHS) else "screen"

    @api.model
    def _company_of(self, record):
        # sudo: only which company the row belongs to
        return record.sudo().company_id if record and "company_id" in record._fields else None

    def _key(self, row):
        return self.env.cr.dbname, row["user_id"], row["res_model"], row["res_id"], row["address"]

    def _is_fresh(self, row):
        return time.monotonic() - _seen.get(self._key(row), -row["once"]) < row["once"]

    @api.model
    def _write_notes(self):
        rows = self._hooks().data.pop(BUFFER, [])
        if self.env.cr.readonly:
            with self.env.registry.cursor() as main:
                self.with_env(self.env(cr=main))._insert(rows)
        else:
            self._insert(rows)

    @api.model
    def _insert(self, rows):
        """Write notes in one query for each thousand; a look that another process has written is left out."""
        logins = self._logins({row["user_id"] for row in rows})
        now = fields.Datetime.now()
        for chunk in split_every(INSERT_BATCH, rows, list):
            values = SQL(", ").join(
                SQL(
                    "(%s::int, %s, %s, %s, %s, %s, %s::int, %s, %s, %s::int, %s::int, %s::int)",
                    row["user_id"], logins.get(row["user_id"]), row["kind"], row["address"], row["via"], row["res_model"],
                    row["res_id"], row["subject"], row["detail"], row["record_count"], row["company_id"], row["once"],
                )
                for row in chunk
            )
            self.env.cr.execute(
                SQL(
                    """INSERT INTO whatsapp_audit_log (date, user_id, login, kind, address, via, res_model, res_id, subject,
                                                       detail, record_count, company_id)
                       SELECT %(now)s, v.user_id, v.login, v.kind, v.address, v.via, v.res_model, v.res_id, v.subject,
                              v.detail, v.record_count, v.company_id
                         FROM (VALUES %(values)s) AS v (user_id, login, kind, address, via, res_model, res_id, subject, detail,
                                                        record_count, company_id, once)
                        WHERE v.once = 0 OR NOT EXISTS (
                              SELECT 1 FROM whatsapp_audit_log l
                               WHERE l.kind = 'view' AND l.user_id = v.user_id AND l.res_id IS NOT DISTINCT FROM v.res_id
                                 AND l.res_model = v.res_model AND l.address IS NOT DISTINCT FROM v.address
                                 AND l.date > %(now)s - v.once * interval '1 second')""",
                    now=now, values=values,
                )
            )
        looks = [self._key(row) for row in rows if row["once"]]
        if looks:
            # only what is committed is remembered
            self.env.cr.postcommit.add(lambda: _remember(looks))

    @api.model
    def _logins(self, user_ids):
        # sudo: the name under which somebody logged in, for administrators
        return {user.id: user.login for user in self.env["res.users"].sudo().browse(user_ids).exists()}

    # ------------------------------------------------------------
    # Nobody changes it
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        raise self._refusal()

    def write(self, vals):  # pylint: disable=method-required-super
        raise self._refusal()

    def unlink(self):  # pylint: disable=method-required-super
        raise self._refusal()  # pylint: disable=no-raise-unlink

    @api.model
    def load(self, fields, data):
        raise self._refusal()

    def _refusal(self):
        return AccessError(
            self.env._("Nobody can add to the audit log, change it or delete from it. How long it is kept is set in the WhatsApp settings.")
        )

    @api.autovacuum
    def _gc_old(self):
        """Delete rows after the retention time, oldest first, in batches; 0 days keeps them for ever."""
        days = self.env["res.config.settings"]._whatsapp_days(AUDIT_DAYS)
        if days <= 0:
            return None
        self.env.cr.execute(
            SQL(
                """DELETE FROM whatsapp_audit_log WHERE id IN (
                       SELECT id FROM whatsapp_audit_log WHERE date < (now() AT TIME ZONE 'utc') - %s * interval '1 day'
                        ORDER BY date LIMIT %s FOR UPDATE SKIP LOCKED)""",
                days, GC_BATCH,
            )
        )
        count = self.env.cr.rowcount
        self.invalidate_model(flush=False)
        return count, count == GC_BATCH

    def action_open_record(self):
        """Open what a row tells of, if it is still there."""
        self.ensure_one()
        record = self.env[self.res_model].browse(self.res_id).exists() if self.res_model in self.env and self.res_id else None
        if not record:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {"type": "warning", "message": self.env._("This record is gone, or the row tells of several.")},
            }
        return {"type": "ir.actions.act_window", "res_model": record._name, "res_id": record.id, "views": [[False, "form"]]}


def _remember(keys):
    if len(_seen) > _SEEN_MAX:
        _seen.clear()
    now = time.monotonic()
    for key in keys:
        _seen[key] = now
