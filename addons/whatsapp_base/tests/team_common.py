"""Base of the tests of what the desk does: teams with members who are at work."""

from datetime import datetime, timedelta

import pytz

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from .common import WhatsappCommon


class TeamCommon(WhatsappCommon):
    """A team of two active agents, Ana and Ben, and conversations that wait."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.Agent = cls.env["whatsapp.agent"]
        cls.ana = new_test_user(cls.env, "wa_ana", "base.group_user,whatsapp_base.group_whatsapp_agent", name="Ana")
        cls.ben = new_test_user(cls.env, "wa_ben", "base.group_user,whatsapp_base.group_whatsapp_agent", name="Ben")
        cls.team.membership_ids = [
            Command.clear(), Command.create({"user_id": cls.ana.id}), Command.create({"user_id": cls.ben.id}),
        ]
        cls.agents = cls.Agent._of(cls.ana | cls.ben)
        cls.agents._switch("active", "hand")
        cls.serial = 0

    @classmethod
    def waiting(cls, minutes=5, team=None, **values):
        """Return a new conversation whose customer has been waiting for some minutes."""
        cls.serial += 1
        conversation = cls._conversation(f"3461100{cls.serial:04}")
        at = fields.Datetime.now() - timedelta(minutes=minutes)
        conversation.write(
            {
                "team_id": (team or cls.team).id, "waiting_since": at, "last_inbound_at": at, "unanswered_count": 1,
                **values,
            }
        )
        conversation.desk_due = values.get("desk_due", True)  # after the mark that the write leaves
        return conversation

    def desk(self):
        """Do all that is due, as the lane does."""
        for _turn in range(20):
            self.env.flush_all()
            if not self.Conversation._desk_step():
                break
        else:
            self.fail("the desk does not come to rest")
        self.env.invalidate_all()

    @classmethod
    def calendar(cls, *blocks, tz="Europe/Madrid", days="01234", **values):
        """Return working hours: blocks of (from, to) in hours on each of the days (0 is Monday)."""
        return cls.env["resource.calendar"].create(
            {
                "name": "Hours", "tz": tz, "company_id": cls.company.id,
                "attendance_ids": [
                    Command.clear(),
                    *[
                        Command.create(
                            {
                                "name": f"{day} {start}", "dayofweek": day, "hour_from": start, "hour_to": end,
                                "day_period": "morning" if start < 12 else "afternoon",
                            }
                        )
                        for day in days for start, end in blocks
                    ],
                ],
                **values,
            }
        )

    @staticmethod
    def at(text, tz="Europe/Madrid"):
        """Return a local time as naive UTC."""
        local = pytz.timezone(tz).localize(datetime.strptime(text, "%Y-%m-%d %H:%M"))
        return local.astimezone(pytz.utc).replace(tzinfo=None)
