"""What customers and sellers write about orders, read without Odoo.

``keywords`` finds the service that a text asks for, ``details`` the values in it, ``commands`` a seller's answer;
``placeholders`` fills in our own texts. Relative imports only, so that it works inside and outside Odoo.
"""

from . import commands, details, expressions, folding, keywords, patterns, placeholders
