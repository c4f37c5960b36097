"""The floor of `send`: cloud_api's client in a thread pool, nothing else.

``python -m benchmarks.bare_sender GRAPH_URL FIRST_PHONE COUNT THREADS`` prints ``{"seconds": ..., "failed": ...}``.
"""

import json
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "addons" / "whatsapp_base"))

from cloud_api import outbound  # noqa: E402
from cloud_api.client import CloudClient, CloudError  # noqa: E402

from .payloads import PHONE_NUMBER_ID  # noqa: E402


def run(url: str, first: int, count: int, threads: int) -> dict:
    """Send `count` texts to distinct phones; returns seconds and how many failed."""
    client = CloudClient(url, "v25.0", "demo-access-token", pool_size=threads)

    def send(phone: int) -> bool:
        content = outbound.Text(f"Offer for {phone}").payload()
        try:
            client.send(PHONE_NUMBER_ID, outbound.request(content, str(phone), callback_data=uuid.uuid4().hex))
        except CloudError:
            return False
        return True

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(send, range(first + 500_000, first + 500_000 + threads)))  # connections are open now
        begin = time.monotonic()
        results = list(pool.map(send, range(first, first + count)))
    return {"seconds": time.monotonic() - begin, "failed": results.count(False)}


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], *map(int, sys.argv[2:5]))))
