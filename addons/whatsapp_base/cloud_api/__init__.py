"""Meta's WhatsApp Cloud API as plain data and pure functions.

Nothing in this package knows Odoo: it imports the standard library, ``requests``, ``cryptography`` and
``phonenumbers`` only, so that every part is tested in milliseconds and can be fuzzed.

========================  ====================================================================
``signature``             sign and check ``X-Hub-Signature-256``
``inbound``, ``content``  webhook notifications to dataclasses (never raises on what Meta sends)
``outbound``              messages to the JSON body of ``POST /{phone number id}/messages``
``errors``                Meta's error codes: meaning, remedy and what a sender must do
``client``                HTTP calls, with a clear answer to "did it leave?"
``limits``                token buckets for throughput and pair limits
``markup``                WhatsApp formatting to safe HTML and back
``templates``             template definitions, their variables, previews and checks
``languages``             Meta's language codes, and which one a person gets
``recipients``            phone digits and business-scoped user ids
``values``                reading of untrusted JSON values
========================  ====================================================================
"""
