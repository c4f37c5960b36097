import logging
import time
from concurrent.futures import ThreadPoolExecutor

from odoo import api, fields, models
from odoo.tools import SQL

from ..cloud_api import outbound
from ..cloud_api.transport import CloudError

_logger = logging.getLogger(__name__)

TYPING_EVERY = 20  # seconds; WhatsApp shows "typing" for 25
TYPING_LIFE = 10  # seconds after which nobody needs to be told any more that somebody typed
READ_LIFE = 600  # the same for what was read; the next mark covers it
KEEP = 3600  # seconds for which is remembered what was told
BATCH, THREADS, TIMEOUT = 100, 8, (3, 5)
CLIENT_LIFE = 60  # seconds; then credentials are read again

_clients = {}


class WhatsappSignal(models.Model):
    """What customers are told besides messages: that theirs were read, and that somebody is typing.

    A row is written beside what the agent does, the lane ``signals`` tells Meta. Best effort: one try each, too old
    ones are dropped, nothing depends on them.
    """

    _name = "whatsapp.signal"
    _description = "WhatsApp Read Mark or Typing Sign"
    _rec_name = "conversation_id"
    _order = "id desc"

    conversation_id = fields.Many2one("whatsapp.conversation", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="conversation_id.company_id")
    message_id = fields.Many2one("whatsapp.chat.message", "Read up to", required=True, ondelete="cascade")
    is_typing = fields.Boolean()
    is_done = fields.Boolean()
    created_at = fields.Datetime(required=True)

    _waiting_idx = models.Index("(id) WHERE is_done IS NOT TRUE")
    _conversation_idx = models.Index("(conversation_id, created_at)")

    @api.model
    def _tell_read(self, conversation, mail_message):
        """Queue the read mark for the customer's last message up to ``mail_message``, unless it was queued already."""
        self._insert(
            conversation,
            SQL("AND m.mail_message_id <= %s", mail_message.id),
            SQL("m.read_at IS NULL AND NOT EXISTS (SELECT 1 FROM whatsapp_signal s WHERE s.conversation_id = m.conversation_id"
                " AND s.message_id = m.id AND s.created_at > %s)", self._ago(READ_LIFE)),
            is_typing=False,
        )

    @api.model
    def _tell_typing(self, conversation):
        """Queue the typing sign, unless the customer sees one already."""
        self._insert(
            conversation,
            SQL(""),
            SQL("NOT EXISTS (SELECT 1 FROM whatsapp_signal s WHERE s.conversation_id = m.conversation_id"
                " AND s.is_typing AND s.created_at > %s)", self._ago(TYPING_EVERY)),
            is_typing=True,
        )

    def _insert(self, conversation, which, unless, is_typing):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """INSERT INTO whatsapp_signal (conversation_id, message_id, is_typing, is_done, created_at)
                   SELECT m.conversation_id, m.id, %(typing)s, FALSE, %(now)s
                     FROM (SELECT m.id, m.conversation_id, m.read_at FROM whatsapp_chat_message m
                            WHERE m.conversation_id = %(conversation)s AND m.direction = 'inbound' AND m.wamid IS NOT NULL
                              AND m.type NOT IN ('reaction', 'system') AND m.sent_on > %(oldest)s %(which)s
                            ORDER BY m.sent_on DESC, m.id DESC LIMIT 1) AS m
                    WHERE %(unless)s RETURNING id""",
                typing=is_typing, now=fields.Datetime.now(), conversation=conversation.id, which=which, unless=unless,
                oldest=self._ago(29 * 24 * 3600),  # Meta, "Mark messages as read": within 30 days
            )
        )
        if self.env.cr.fetchone():
            self.env["whatsapp.lane"]._wake("signals")

    @staticmethod
    def _ago(seconds):
        return fields.Datetime.subtract(fields.Datetime.now(), seconds=seconds)

    # ------------------------------------------------------------
    # Lane
    # ------------------------------------------------------------

    @api.model
    def _deliver(self):
        """Tell Meta what waits; says whether there was anything. Ends its transaction: nothing is locked meanwhile."""
        told = self._take()
        clients = {account_id: self._client(account_id) for account_id in {row["account_id"] for row in told}}
        self.env.cr.commit()
        if not told:
            return False
        with ThreadPoolExecutor(min(THREADS, len(told)), thread_name_prefix="whatsapp.signals.http") as pool:
            results = list(pool.map(lambda row: _tell(row, clients[row["account_id"]]), told))
        if marked := [row["message_id"] for row, ok in zip(told, results, strict=True) if ok]:
            self.env.cr.execute(
                SQL(
                    "UPDATE whatsapp_chat_message SET read_at = %s WHERE id = ANY(%s) AND read_at IS NULL",
                    fields.Datetime.now(), marked,
                )
            )
            self.env["whatsapp.chat.message"].browse(marked).invalidate_recordset(["read_at"], flush=False)
        self.env.cr.commit()
        return True

    @api.model
    def _take(self):
        """Return what to tell, one thing for each conversation; drops what is too old, and numbers that are paused."""
        now = fields.Datetime.now()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """WITH taken AS (
                       UPDATE whatsapp_signal SET is_done = TRUE WHERE id IN (
                              SELECT id FROM whatsapp_signal WHERE is_done IS NOT TRUE ORDER BY id LIMIT %(limit)s
                                 FOR UPDATE SKIP LOCKED)
                    RETURNING conversation_id, message_id, is_typing, created_at)
                   SELECT DISTINCT ON (m.conversation_id) m.id AS message_id, m.wamid, n.account_id, n.phone_number_id,
                          bool_or(t.is_typing AND t.created_at > %(typing)s) OVER (PARTITION BY m.conversation_id) AS is_typing
                     FROM taken t
                     JOIN whatsapp_chat_message m ON m.id = t.message_id
                     JOIN whatsapp_channel n ON n.id = m.channel_id
                    WHERE (CASE WHEN t.is_typing THEN t.created_at > %(typing)s ELSE t.created_at > %(read)s END)
                      AND (n.paused_until IS NULL OR n.paused_until <= %(now)s)
                    ORDER BY m.conversation_id, m.sent_on DESC, m.id DESC""",
                limit=BATCH, typing=self._ago(TYPING_LIFE), read=self._ago(READ_LIFE), now=now,
            )
        )
        rows = self.env.cr.dictfetchall()
        self.invalidate_model(["is_done"], flush=False)
        return rows

    def _client(self, account_id):
        """Return a pooled client for short calls, or None where the account has no usable credentials."""
        key = (self.env.cr.dbname, account_id)
        made_at, client = _clients.get(key, (0, None))
        if client is None or time.monotonic() - made_at > CLIENT_LIFE:
            try:
                client = self.env["whatsapp.business.account"].browse(account_id)._client(pool_size=THREADS)
            except Exception as error:  # noqa: BLE001 - nobody can be told; whoever sends messages reports it
                _logger.info("WhatsApp account %s: no read marks: %s", account_id, error)
                return None
            client.timeout = TIMEOUT
            _clients[key] = (time.monotonic(), client)
        return client

    @api.autovacuum
    def _gc_done(self):
        self.env.cr.execute(SQL("DELETE FROM whatsapp_signal WHERE created_at < %s", self._ago(KEEP)))


def _tell(row, client):
    """Send one mark; runs in a thread with plain data. Says whether Meta took it."""
    if client is None:
        return False
    try:
        client.mark_read(row["phone_number_id"], outbound.mark_read(row["wamid"], typing=bool(row["is_typing"])))
    except CloudError as error:
        _logger.info("WhatsApp message %s: not marked as read: %s", row["message_id"], error)
        return False
    return True
