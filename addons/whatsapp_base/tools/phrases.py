from odoo import fields
from odoo.tools.translate import get_translation

MODULE = "whatsapp_base"


def say(env, text):
    """Return a text of this addon's code, marked for translation, in the language of ``env``.

    For texts that are variables: those of ``cloud_api``, which knows no Odoo, and those that are stored in English.
    """
    return get_translation(MODULE, env.lang, text, ()) if text and env.lang else text


def explain(env, error):
    """Return problem and remedy of a ``cloud_api`` InvalidContent in the language of ``env``."""
    return error.text(lambda text: say(env, text))


class Phrase(fields.Char):
    """A text of our own, stored in English by whatever process finds a problem, read in the reader's language.

    Senders and the intake work for nobody in particular: the language of who will look is not known when they write.
    What is no text of this addon (Meta's words, for example) is shown as it is.
    """

    def convert_to_record(self, value, record):
        return say(record.env, super().convert_to_record(value, record))
