"""Tell the simulator where the demo's accounts want their webhooks. For docker-compose's profile `demo`.

Usage: demo_webhook.py SIMULATOR_URL ODOO_URL, with the database in HOST, PORT, USER, PASSWORD.
"""

import json
import os
import sys
import urllib.request

import psycopg2


def main(simulator: str, odoo: str) -> int:
    """Register every account that is pointed at this machine's simulator. Returns the exit code."""
    connection = psycopg2.connect(
        host=os.environ["HOST"],
        port=os.environ["PORT"],
        user=os.environ["USER"],
        password=os.environ["PASSWORD"],
        dbname="odoo",
    )
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT waba_id, webhook_uuid FROM whatsapp_business_account WHERE graph_url LIKE 'http://127.0.0.1%'")
        accounts = cursor.fetchall()
    if not accounts:
        print("No account uses the simulator. Was the database made with the profile `demo`?", file=sys.stderr)
        return 1
    for waba, hook in accounts:
        body = {"waba": waba, "url": f"{odoo}/whatsapp/webhook/{hook}", "verify_token": "demo-verify-token"}
        request = urllib.request.Request(
            f"{simulator}/_sim/webhook_url", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            print(f"Account {waba}: {answer.status}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
