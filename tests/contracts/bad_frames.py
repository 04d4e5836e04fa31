"""Bytes that are no frames of this protocol, each wrong in one way. docs/protocol.md says what would be right."""

import random
import struct

GOODBYE, SUBMIT, FETCHED = 9, 3, 8
ENTRY = b'{"task_id":"1","name":"resize","priority":"low"}'


def frame(
    kind: int = GOODBYE,
    envelope: bytes = b'{"session_id":"s"}',
    payloads: tuple[bytes, ...] = (),
    *,
    magic: bytes = b"FW",
    protocol: int = 3,
    envelope_size: int | None = None,
    count: int | None = None,
    sizes: tuple[int, ...] | None = None,
) -> bytes:
    """Return a frame, with a lie where one is given."""
    shown = tuple(map(len, payloads)) if sizes is None else sizes
    prefix = struct.pack(
        ">2sBBII",
        magic,
        protocol,
        kind,
        len(envelope) if envelope_size is None else envelope_size,
        len(payloads) if count is None else count,
    )
    return prefix + struct.pack(f">{len(shown)}I", *shown) + envelope + b"".join(payloads)


def submit(entries: bytes, rest: bytes = b"") -> bytes:
    """Return the envelope of a Submit."""
    return b'{"epoch":"e","session_id":"s","deadline":1.0,"entries":[' + entries + b"]" + rest + b"}"


BAD_FRAMES = {
    "empty": b"",
    "one byte": b"F",
    "half a prefix": frame()[:7],
    "random bytes": random.Random(20261121).randbytes(300),
    "another magic": frame(magic=b"XX"),
    "an HTTP request": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "an unknown kind": frame(kind=250),
    "an envelope cut short": frame()[:-1],
    "an envelope longer than the frame": frame(envelope_size=1 << 31),
    "an envelope shorter than the rest": frame(envelope_size=3),
    "bytes behind the end": frame() + b"\x00",
    "more payloads than the frame holds": frame(count=0xFFFFFFFF),
    "a payload larger than the frame": frame(SUBMIT, submit(ENTRY), (b"{}",), sizes=(0xFFFFFFFF,)),
    "a payload cut short": frame(SUBMIT, submit(ENTRY), (b"{}",))[:-1],
    "a payload too few": frame(SUBMIT, submit(ENTRY)),
    "a payload too many": frame(SUBMIT, submit(ENTRY), (b"{}", b"{}")),
    "payloads for a kind without": frame(payloads=(b"{}",)),
    "payloads inside the envelope": frame(SUBMIT, submit(b"", b',"payloads":["e30="]')),
    "no envelope": frame(envelope=b""),
    "an envelope that is no JSON": frame(envelope=b"{session_id: s}"),
    "an envelope that is no UTF-8": frame(envelope=b'{"session_id":"\xff\xfe"}'),
    "an envelope with a lone surrogate": frame(envelope=b'{"session_id":"\\ud800"}'),
    "an envelope that is no object": frame(envelope=b'["s"]'),
    "an envelope 100,000 levels deep": frame(envelope=b"[" * 100_000),
    "a field 100,000 levels deep": frame(envelope=b'{"session_id":' + b'{"a":' * 100_000),
    "a field missing": frame(envelope=b"{}"),
    "a field of the wrong type": frame(envelope=b'{"session_id":7}'),
    "an entry that is none": frame(SUBMIT, submit(b"7"), (b"{}",)),
    "an unknown priority": frame(SUBMIT, submit(ENTRY.replace(b"low", b"urgent")), (b"{}",)),
    "an integer of 5,000 digits": frame(5, b'{"epoch":"e","session_id":"s","acknowledged":' + b"9" * 5000 + b"}"),
}

FRAMES_OF_OTHER_PROTOCOLS = {
    "the next": frame(protocol=4),
    "the one before": frame(protocol=2),
    "another envelope": frame(protocol=255, kind=200, envelope=b"\x00\x01\x02"),
}
