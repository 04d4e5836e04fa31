"""docs/protocol.md says what the code does."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from fastworker.adapters.json_codec import JsonFrameCodec
from fastworker.application.messages import (
    BATCH_BYTES,
    BATCH_ENTRIES,
    FRAME_BYTES,
    MESSAGES,
    PAYLOAD_BYTES,
    PROTOCOL,
    Goodbye,
)
from fastworker.domain.errors import FastWorkerError, UnknownWorker, WorkerUnavailable, error_from_code
from fastworker.domain.ledger import OUTBOX_LIMIT

PAGE = (Path(__file__).parents[4] / "docs" / "protocol.md").read_text()


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """Return the cells of the first table of a section, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def names(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def test_the_table_of_kinds_is_the_list_of_messages() -> None:
    shown = [(int(kind), *names(message), names(own)) for kind, message, _, _, own in rows("Kinds")]
    assert shown == [
        (kind, message.__name__, [field.name for field in fields(message)]) for kind, message in enumerate(MESSAGES)
    ]


def test_every_request_has_its_reply() -> None:
    told = section("Kinds").split("Each request and its reply:")[1]
    broadcast = {"Beacon"}
    assert set(names(told.replace("/", " "))) >= {message.__name__ for message in MESSAGES} - broadcast


def test_the_example_is_the_frame_of_that_message() -> None:
    example = section("A frame").split("```")[1]
    digits = "".join(re.findall(r"\b[0-9a-f]{2}\b", example.split("{")[0]))
    assert bytes.fromhex(digits) == JsonFrameCodec().encode(Goodbye(session_id="s"))
    assert f"Version {PROTOCOL}." in PAGE


def test_the_limits_are_those_of_the_code() -> None:
    limits = section("Limits")
    for number in (FRAME_BYTES, PAYLOAD_BYTES, OUTBOX_LIMIT):
        assert f"{number:,}" in limits
    assert f"{BATCH_ENTRIES} entries or {BATCH_BYTES >> 20} MiB" in limits


def test_the_codes_of_refusals_are_codes_of_errors() -> None:
    codes = [code for codes, _, _ in rows("Refusals") for code in names(codes)]
    assert len(codes) == len(set(codes))
    assert [code for code in codes if type(error_from_code(code, "")) is FastWorkerError] == []


@pytest.mark.parametrize("error", [UnknownWorker, WorkerUnavailable])
def test_why_a_worker_is_not_drained_stands_among_the_refusals(error: type[FastWorkerError]) -> None:
    (row,) = [row for row in rows("Refusals") if error.code in names(row[0])]
    assert "`DrainWorker`" in " ".join(row)
