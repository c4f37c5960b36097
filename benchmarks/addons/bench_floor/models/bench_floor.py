from odoo import fields, models


class BenchFloor(models.Model):
    """A table as plain as a table can be."""

    _name = "bench.floor"
    _description = "Benchmark Floor"
    _log_access = False

    received_at = fields.Datetime()
    body = fields.Text()
