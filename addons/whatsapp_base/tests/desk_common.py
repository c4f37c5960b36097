from datetime import datetime, timedelta

from odoo import fields

from .common import WhatsappCommon

MONDAY = datetime(2026, 3, 2, 9)  # UTC


class DeskCommon(WhatsappCommon):
    """Conversations with agents at work, on a clock that tests turn."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.Cycle = cls.env["whatsapp.conversation.cycle"]
        cls.Wait = cls.env["whatsapp.conversation.wait"]
        cls.conversation = cls._conversation("34600900111", open_window=False)
        cls.conversation.write({"state": "resolved", "user_id": cls.agent.id})

    def says(self, moment=None, text="Hello", **values):
        """The customer writes; ``moment`` is when, which may be long before it arrives."""
        stamp = str(int((moment or fields.Datetime.now()).timestamp()))
        return self.receive(self.inbound_text(text, timestamp=stamp, **values))

    def answers(self, text="Good morning", origin="agent", user=None, **options):
        """Somebody answers."""
        return self.conversation._send_text(text, origin=origin, user=self.agent if user is None else user, **options)

    def on_phone(self, moment, text="From the phone"):
        """Somebody answered in the phone app; we learn of it now."""
        row = self.conversation._send_text(text, origin="api")
        row.write({"origin": "echo", "sent_on": moment})
        self.conversation.desk_due = True
        return row

    def desk(self):
        """Have the desk do what is due."""
        while self.Conversation._desk_step():
            pass
        self.env.invalidate_all()

    def waits(self):
        """Return the waits as (minutes from Monday 9:00 to beginning, to end or None)."""
        def minutes(moment):
            return moment and round((moment - MONDAY).total_seconds() / 60)

        return [(minutes(wait.since), minutes(wait.answered_at) or None) for wait in self.Wait.search([], order="since, id")]


def after(minutes):
    """Return a moment so many minutes after Monday 9:00."""
    return MONDAY + timedelta(minutes=minutes)
