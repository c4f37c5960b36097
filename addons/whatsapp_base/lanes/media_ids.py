"""Which files Meta has already: one upload for many messages with the same file, also while many are sent at once."""

import threading
import time
from collections import OrderedDict

MAX_ENTRIES = 200
LIFE = 3600  # seconds; longer memories are in the table whatsapp.media.upload


class MediaIds:
    """IDs of uploaded files in this process, by (number, checksum, recipe). Shared by the threads of a sender."""

    def __init__(self):
        self._lock = threading.Lock()
        self._entries = OrderedDict()

    def obtain(self, key, upload):
        """Return (ID, whether it was uploaded now); while one thread uploads, others with the same key wait for it.

        :param upload: function that uploads the file and returns its ID; what it raises is the caller's
        """
        with self._lock:
            entry = self._entries.setdefault(key, {"lock": threading.Lock(), "id": None, "at": 0.0})
            self._entries.move_to_end(key)
            while len(self._entries) > MAX_ENTRIES:
                self._entries.popitem(last=False)
        with entry["lock"]:
            if entry["id"] and time.monotonic() - entry["at"] < LIFE:
                return entry["id"], False
            entry["id"] = upload()
            entry["at"] = time.monotonic()
            return entry["id"], True

    def forget(self, key):
        """Upload the file anew next time."""
        with self._lock:
            self._entries.pop(key, None)
