from odoo import http
from odoo.http import Response, request


class BenchFloor(http.Controller):
    """What storing a POST costs at least in this server: nothing but one INSERT and its commit."""

    @http.route("/bench/floor", type="http", auth="none", methods=["POST"], csrf=False, save_session=False)
    def floor(self):
        body = request.httprequest.get_data(cache=False)
        request.env.cr.execute(
            "INSERT INTO bench_floor (received_at, body) VALUES (now() AT TIME ZONE 'utc', %s)", [body.decode()]
        )
        return Response(status=200)
