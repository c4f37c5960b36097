"""The phone pages that are open: who looks at what, and what they must be told."""


class Pages:
    """Open phone pages. Cheap when there are none: callers check ``watching`` first."""

    def __init__(self, sim):
        self.sim = sim
        self.open = set()

    @property
    def watching(self):
        return bool(self.open)

    def reads(self, key, pnid, status):
        return True

    def message(self, message):
        pass

    def status(self, message):
        pass

    def typing(self, pnid, person):
        pass

    def people_changed(self):
        pass

    def reset(self):
        pass

    async def close(self):
        pass

    def person_view(self, person):
        return {"key": person.key, "name": person.name, "phone": person.phone, "user_id": person.user_id,
                "username": person.username, "hide_phone": person.hide_phone, "about": person.about,
                "on_whatsapp": person.on_whatsapp}

    def mark_read(self, person, pnid):
        """Set everything delivered in the thread to read; returns how many."""
        count = 0
        for message in self.sim.world.threads.get((pnid, person.key), ()):
            if message.outbound and message.status in ("sent", "delivered") and message.type != "reaction":
                self.sim.set_status(message, "read")
                count += 1
        self.sim.world.unread.pop((pnid, person.key), None)
        return count
