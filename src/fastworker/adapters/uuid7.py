"""Ids that carry their creation time: UUID version 7 (RFC 9562)."""

import os
import time


def new_uuid7() -> str:
    """Return a new UUIDv7 in its usual text form."""
    milliseconds = time.time_ns() // 1_000_000
    digits = f"{milliseconds:012x}7{os.urandom(10).hex()}"
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{variant}{digits[17:20]}-{digits[20:32]}"
