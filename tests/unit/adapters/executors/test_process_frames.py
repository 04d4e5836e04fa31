"""What goes between a worker and its child processes arrives as it was sent, however it is cut."""

import math

import pytest

from fastworker.adapters.executors.process_frames import (
    FrameReader,
    frame,
    note_header,
    notes_of,
    outcome_header,
    outcome_of,
)
from fastworker.domain.frame_locals import FailureLocals, FrameLocals
from fastworker.domain.journal import LogLine, Progress
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.task import ErrorRecord, Outcome
from fastworker.domain.task_span import SpanStatus
from tests.builders import a_span


@pytest.mark.parametrize("step", [1, 3, 1_000])
def test_frames_are_found_in_a_stream_however_it_is_cut(step: int) -> None:
    sent = [({"kind": "a", "text": "ü\ud800"}, b""), ({"kind": "b"}, b"\x00\xff" * 50), ({"kind": "c"}, b"{}")]
    stream = b"".join(frame(header, payload) for header, payload in sent)
    reader = FrameReader()
    got = [each for start in range(0, len(stream), step) for each in reader.feed(stream[start : start + step])]
    assert got == sent


@pytest.mark.parametrize("junk", [b"\xff" * 20, b"\x00\x00\x00\x04\x00\x00\x00\x00junk", b"\x00" * 8])
def test_what_is_no_frame_is_an_error(junk: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        list(FrameReader().feed(junk))


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(TaskStatus.SUCCESS, b"[1]", None, 0.25),
        Outcome(
            TaskStatus.FAILURE,
            b"",
            ErrorRecord("ValueError", "bad", "Traceback ..."),
            1.5,
            is_retryable=True,
            retry_after=3.0,
        ),
    ],
)
def test_an_outcome_comes_back_whole(outcome: Outcome) -> None:
    header = outcome_header(outcome, resident_bytes=7)
    ((got, payload),) = FrameReader().feed(frame(header, outcome.payload))
    assert outcome_of(got, payload) == outcome
    assert got["resident_bytes"] == 7


def test_notes_come_back_in_their_order() -> None:
    span = a_span(status=SpanStatus.ERROR, message="no", attributes=(("db.system", "sqlite"), ("db.rows", "3")))
    told = FailureLocals((FrameLocals("/a.py", 3, "go", (("x", "1"), ("y", "'ü'"))), FrameLocals("/b.py", 4, "on", ())))
    notes = [
        LogLine("info", "there", "a line"),
        told,
        span,
        Progress(1.0, None, "half"),
        Progress(math.inf, 2.0),
        a_span(),
    ]
    ((header, _),) = FrameReader().feed(frame(note_header(5, notes)))
    assert notes_of(header) == notes
    assert header["token"] == 5


def test_a_note_of_another_kind_is_an_error_and_not_taken_for_progress() -> None:
    with pytest.raises(ValueError, match=r"a note of the kind 'rumour'; expected line, progress, span or locals"):
        notes_of({"kind": "note", "token": 5, "notes": [["rumour", 1.0, None, "half"]]})
