"""Which reading is noted in the audit log: threads and files that are opened, lists of messages and of the log itself,
exports, and what programs read."""

from odoo import api, models
from odoo.http import request
from odoo.tools import SQL, str2bool

from .discuss_channel import CHANNEL_TYPE

# of other models, only what belongs to conversations is exported
SHARED_MODELS = {"mail.message", "discuss.channel"}
FILE_PAUSE = 3600  # seconds in which a second look of the same person at the same file is the same look
# what a thread shows by itself, without anybody asking for it
SHOWN_TYPES = ("image/", "video/", "audio/")
FEW = 20  # records; a program that reads fewer at a time is noted once in some minutes


class Base(models.AbstractModel):
    _inherit = "base"

    def export_data(self, fields_to_export):
        """Note who takes data of ours out of the database, on every way that leads here."""
        result = super().export_data(fields_to_export)
        if self._name.startswith("whatsapp.") or self._name in SHARED_MODELS:
            self.env["whatsapp.audit.log"]._note(
                "export", self.browse(), ", ".join(map(str, fields_to_export)), subject=self._description, count=len(self),
            )
        return result


class WhatsappAuditRead(models.AbstractModel):
    """Mixin of models with what customers wrote or who they are: whoever reads them through a request is noted."""

    _name = "whatsapp.audit.read"
    _description = "WhatsApp Audit of Reading"

    def read(self, fields=None, load="_classic_read"):
        result = super().read(fields, load)
        self._whatsapp_note_read(len(result))
        return result

    @api.model
    def search_read(self, domain=None, fields=None, offset=0, limit=None, order=None, **read_kwargs):
        result = super().search_read(domain, fields, offset, limit, order, **read_kwargs)
        self.browse([row["id"] for row in result])._whatsapp_note_read(len(result))
        return result

    # what is noted is written: such a request works in the main database at once, rather than fail on a replica
    read._readonly = search_read._readonly = False

    def _whatsapp_note_read(self, count):
        if not request or not count or self.env.su:
            return
        Audit = self.env["whatsapp.audit.log"]
        _address, via = Audit._whence()
        if via == "program":
            Audit._note("view" if count < FEW else "read", self.browse(), subject=self._description, count=count, once=count < FEW)
        elif self._whatsapp_is_look(count):
            Audit._note("view", self.browse(), subject=self._description, count=count, once=True)

    def _whatsapp_is_look(self, count):
        """Tell whether what a screen reads of these records shows what customers wrote."""
        return False


class WhatsappAuditLook(models.AbstractModel):
    """Mixin of models of which every list and form on a screen is a look at what is in them."""

    _name = "whatsapp.audit.look"
    _inherit = "whatsapp.audit.read"
    _description = "WhatsApp Audit of Looking"

    def web_read(self, specification):
        return super().web_read(specification)

    @api.model
    def web_search_read(self, domain, specification, **kwargs):
        return super().web_search_read(domain, specification, **kwargs)

    web_read._readonly = web_search_read._readonly = False

    def _whatsapp_is_look(self, count):
        return True


class WhatsappAuditLog(models.Model):
    """Who reads the log is in it, too."""

    _name = "whatsapp.audit.log"
    _inherit = ["whatsapp.audit.log", "whatsapp.audit.look"]


class WhatsappChatMessage(models.Model):
    _name = "whatsapp.chat.message"
    _inherit = ["whatsapp.chat.message", "whatsapp.audit.look"]

    def _whatsapp_note_read(self, count):
        # one message is a look at its conversation
        if count == 1 and request and not self.env.su and self.env["whatsapp.audit.log"]._whence()[1] == "screen":
            self.env["whatsapp.audit.log"]._note("view", self.conversation_id, count=1, once=True)
        else:
            super()._whatsapp_note_read(count)


class WhatsappConversation(models.Model):
    _name = "whatsapp.conversation"
    _inherit = ["whatsapp.conversation", "whatsapp.audit.read"]

    def _whatsapp_is_look(self, count):
        return False  # a form of a conversation shows its state; its thread is noted when it is fetched


class WhatsappContact(models.Model):
    _name = "whatsapp.contact"
    _inherit = ["whatsapp.contact", "whatsapp.audit.read"]


class MailMessage(models.Model):
    _inherit = "mail.message"

    @api.model
    def _message_fetch(self, domain, *, thread=None, **kwargs):
        """Whoever fetches the messages of a conversation looks at it, also to watch a colleague."""
        result = super()._message_fetch(domain, thread=thread, **kwargs)
        if thread and thread._name == "discuss.channel" and thread.channel_type == CHANNEL_TYPE:
            # sudo: readers of a thread need no rights on its conversation
            conversation = thread.sudo().whatsapp_conversation_id.sudo(self.env.su)
            self.env["whatsapp.audit.log"]._note("view", conversation, count=1, once=True)
        return result

    def read(self, fields=None, load="_classic_read"):
        result = super().read(fields, load)
        self._whatsapp_note_program_read()
        return result

    @api.model
    def search_read(self, domain=None, fields=None, offset=0, limit=None, order=None, **read_kwargs):
        result = super().search_read(domain, fields, offset, limit, order, **read_kwargs)
        self.browse([row["id"] for row in result])._whatsapp_note_program_read()
        return result

    read._readonly = search_read._readonly = False

    def _whatsapp_note_program_read(self):
        """Programs may read conversations as Discuss messages as well."""
        if not request or not self or self.env.su or self.env["whatsapp.audit.log"]._whence()[1] != "program":
            return
        [[count]] = self.env.execute_query(
            SQL(
                """SELECT count(*) FROM mail_message m JOIN discuss_channel c ON c.id = m.res_id AND c.channel_type = %s
                    WHERE m.model = 'discuss.channel' AND m.id = ANY(%s)""",
                CHANNEL_TYPE, self.ids,
            )
        )
        if count:
            self.env["whatsapp.audit.log"]._note(
                "view" if count < FEW else "read", self.browse(), subject=self.env._("Discuss messages of conversations"),
                count=count, once=count < FEW,
            )


class IrBinary(models.AbstractModel):
    """The one place that every file passes on its way to a browser."""

    _inherit = "ir.binary"

    def _get_stream_from(self, record, field_name="raw", *args, **kwargs):
        stream = super()._get_stream_from(record, field_name, *args, **kwargs)
        if record._name == "ir.attachment" and field_name in ("raw", "datas", "db_datas"):
            record._whatsapp_note_opened()
        return stream


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _whatsapp_note_opened(self):
        """Note which colleague opens or downloads a file of a conversation; its name may say too much, and is left out.

        What the thread shows by itself counts when somebody downloads it. No query for any other file.
        """
        # sudo: what has just been handed out; only facts for the log are read
        file = self.sudo()
        if not request or file.res_model != "discuss.channel" or not self.env.user._is_internal():
            return
        is_asked_for = str2bool(request.params.get("download") or "", default=False)
        is_page = request.httprequest.path.startswith("/web/")  # others, as the one that makes an archive, are asked for
        if is_page and not is_asked_for and (file.mimetype or "").startswith(SHOWN_TYPES):
            return
        conversation = self.env["discuss.channel"].sudo().browse(file.res_id).whatsapp_conversation_id
        if conversation:
            self.env["whatsapp.audit.log"]._note(
                "view", file, self.env._("File: %s", file.mimetype), subject=conversation.display_name,
                company=conversation.company_id, once=FILE_PAUSE,
            )
