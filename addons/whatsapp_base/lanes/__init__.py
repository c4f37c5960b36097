"""The loops that do the work which nobody should wait for.

========  ====================================================================================
intake    journal of webhooks -> conversations, messages, states
replies   outgoing messages of people, chatbots and transactions
bulk      outgoing messages of campaigns
media     files of incoming messages
signals   read marks and typing signs to customers
desk      what the team inbox does with conversations: counting, deadlines, greetings, routing
========  ====================================================================================

A loop (:class:`runner.Runner`, one thread per lane) may run in any process: the HTTP worker that took the
webhook or the reply starts one, the scheduled action starts one, and ``odoo-bin whatsapp_worker`` runs them all.
They are safe together because every claim is a row lock; ``duty.Duty`` keeps them from being more than needed.
"""

LANES = ("intake", "replies", "bulk", "media", "signals", "desk")
# first halves of our advisory lock keys; any other addon's keys have another first half
LOCK_ON_DUTY = 0x57A1
LOCK_RUNNER = 0x57A2
LOCK_CLAIM = 0x57A3
LOCK_CONTACT = 0x57A4
LOCK_DESK_CLOCK = 0x57A5


def notify_channel(lane):
    """Return the NOTIFY channel of a lane: one each, for a notification wakes everybody who listens to its channel."""
    return f"whatsapp_lane_{lane}"
