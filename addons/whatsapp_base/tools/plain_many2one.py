"""A many2one whose column has no foreign key."""

from odoo import fields


class PlainMany2one(fields.Many2one):
    """For tables that are written all the time and refer to a few rows that hardly ever go.

    With a foreign key PostgreSQL locks the row that an INSERT refers to. Where every INSERT refers to the same row, that
    is a write to that row's page each time, and one more whenever two of them meet. Whoever deletes the row
    must look after the references: the model of the row overrides ``unlink``.
    """

    def update_db_foreign_key(self, model, column):
        """Leave the column as it is."""
