"""What tests of the inbox's panel share, in whichever addon."""

import json


class PanelData:
    """Readers of a panel; mix it in beside ``WhatsappData``."""

    def panel(self, conversation, user=None):
        """Return what the client gets; anything that is no plain value breaks here, not in a browser."""
        return json.loads(json.dumps(conversation.with_user(user or self.agent).inbox_panel()))

    def section(self, conversation, name, user=None):
        """Return the section of that name, or None."""
        return next((part for part in self.panel(conversation, user)["sections"] if part["name"] == name), None)

    def told(self):
        """End the transaction as a commit would; returns the IDs of the conversations whose panels were told."""
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM bus_bus")
        self.env.cr.precommit.run()
        self.env.flush_all()
        notes = [json.loads(row) for row in self.env["bus.bus"].search([]).mapped("message")]
        return {note["payload"]["id"] for note in notes if note["type"] == "whatsapp.conversation/panel"}

    def forget(self):
        """Leave out what was changed until now."""
        self.env.flush_all()
        self.env.cr.precommit.clear()

    def queries(self, work):
        """Return how many queries some work takes, with no record in memory."""
        for _time in range(4):  # caches of rules and rights fill step by step
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            work()
        return self.env.cr.sql_log_count - before
