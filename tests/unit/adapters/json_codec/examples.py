"""One message of every kind, with every field set."""

from dataclasses import replace

from fastworker.application.messages import (
    AttemptState,
    AwaitCompletions,
    Beacon,
    Beat,
    Cancel,
    Cancelled,
    Completions,
    Declared,
    DrainWorker,
    Fetch,
    Fetched,
    Follow,
    Goodbye,
    Hello,
    Inspect,
    Inspected,
    InspectWorker,
    Join,
    Joined,
    LeaseDetails,
    LeaseEntry,
    Leases,
    Leave,
    Message,
    Noted,
    NoteEntry,
    Poll,
    Refused,
    RefusedEntry,
    Report,
    Reported,
    ReportEntry,
    Rerun,
    RetryWish,
    RunningTask,
    StackEntry,
    StepEntry,
    Submit,
    SubmitEntry,
    Submitted,
    TaskDetails,
    TaskState,
    Welcome,
    WorkerInspected,
    WorkerState,
)
from fastworker.domain.cancellation import Cancellation
from fastworker.domain.directive import Directive
from fastworker.domain.frame_locals import FailureLocals, FrameLocals
from fastworker.domain.journal import LogLine, Progress
from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.task import ErrorRecord
from fastworker.domain.task_span import SpanStatus, TaskSpan
from fastworker.domain.terms import Backoff, Terms
from fastworker.domain.vitals import Vitals

EPOCH = "019a5b1e-0000-7000-8000-000000000001"
SESSION = "019a5b1e-0000-7000-8000-000000000002"
TASK = "019a5b1e-0000-7000-8000-000000000003"
OTHER_TASK = "019a5b1e-0000-7000-8000-000000000004"
INCARNATION = "019a5b1e-0000-7000-8000-000000000005"
ERROR = ErrorRecord("ValueError", "schlecht: ü", 'File "tasks.py", line 3, in resize\n')
REPORT_ENTRIES = [
    ReportEntry(TASK, 11, TaskStatus.SUCCESS, 0.25),
    ReportEntry(OTHER_TASK, 12, TaskStatus.FAILURE, 1.5, ERROR, RetryWish(after=2.5)),
]
PROGRESS = Progress(3.0, 10.0, "a third of it")
LINE = LogLine("info", "tasks", "the width is 800")
VITALS = Vitals(processor_share=0.25, resident_bytes=31_000_000, lag_seconds=0.002, round_trip_seconds=0.0004)
SPAN = TaskSpan(
    trace_id="0af7651916cd43dd8448eb211c80319c",
    span_id="b7ad6b7169203331",
    parent_id="00f067aa0ba902b7",
    name="look up prices",
    started_at=1_700_000_000.25,
    seconds=0.125,
    status=SpanStatus.ERROR,
    message="no such price",
    attributes=(("db.system", "sqlite"),),
)
LOCALS = FailureLocals((FrameLocals("/app/tasks.py", 3, "resize", (("width", "800"), ("path", "'a.png'"))),))
NOTES = [
    NoteEntry(TASK, 11, PROGRESS),
    NoteEntry(OTHER_TASK, 12, line=LINE),
    NoteEntry(TASK, 11, span=SPAN),
    NoteEntry(OTHER_TASK, 12, locals=LOCALS),
]
TERMS = Terms(
    retries=3,
    backoff=Backoff(initial=2.0, factor=3.0, maximum=60.0, jitter=0.25),
    retry_on=("builtins.OSError",),
    never_on=("builtins.FileNotFoundError",),
    timeout_seconds=30.0,
    delay_seconds=60.0,
    expires_seconds=3600.0,
    origin=OTHER_TASK,
    parent=TASK,
    tags=("tenant:acme", "nächtlich"),
)
LEASED = replace(TERMS, tags=None)
STATE = TaskState(TASK, TaskStatus.SUCCESS, "resize", TaskPriority.HIGH, 1, "w1", 0.5, 0.25)
FAILED = TaskState(
    OTHER_TASK,
    TaskStatus.FAILURE,
    "send",
    TaskPriority.LOW,
    2,
    "w2",
    1.0,
    2.0,
    ERROR,
    details=TaskDetails(
        history=[AttemptState(1, "w1", 8.0, 1.5, TaskStatus.LOST, ERROR)], origin=TASK, due_in_seconds=4.0
    ),
)
FORGOTTEN = TaskState(OTHER_TASK, None, is_forgotten=True)

EXAMPLES: tuple[Message, ...] = (
    Refused(code="unknown_task", message="no task named 'resize_imgae'"),
    Hello(session_id=SESSION, version="1.0.0"),
    Welcome(
        epoch=EPOCH, version="1.0.0", now=12.5, worker_address="tcp://127.0.0.1:5556", task_modules=["tasks", "mail"]
    ),
    Submit(
        epoch=EPOCH,
        session_id=SESSION,
        deadline=17.5,
        entries=[
            SubmitEntry(TASK, "resize", TaskPriority.CRITICAL, TERMS),
            SubmitEntry(OTHER_TASK, "send", TaskPriority.NORMAL),
        ],
        payloads=[b'{"path":"a.png","width":800}', b""],
    ),
    Submitted(refused=[RefusedEntry(1, "queue_full", "the queue holds 3 tasks")], waiting_for_worker=["resize"]),
    AwaitCompletions(epoch=EPOCH, session_id=SESSION, acknowledged=7, follows=[Follow(TASK, 2)]),
    Completions(
        first=8,
        entries=[STATE, FAILED],
        steps=[
            StepEntry(TASK, 3, 1.5, 1, progress=PROGRESS),
            StepEntry(TASK, 4, 1.0, 1, line=LINE),
            StepEntry(TASK, 5, 0.5, 1, TaskStatus.SUCCESS),
            StepEntry(OTHER_TASK, 0, is_forgotten=True),
        ],
        payloads=[b'"a.png"', b""],
    ),
    Fetch(epoch=EPOCH, session_id=SESSION, task_ids=[TASK, OTHER_TASK], watch=True),
    Fetched(entries=[STATE, FORGOTTEN], payloads=[b"\x00\xff not JSON", b""]),
    Goodbye(session_id=SESSION),
    Inspect(),
    Inspected(
        epoch=EPOCH,
        version="1.0.0",
        up_seconds=3600.0,
        names=["resize", "send"],
        workers=[
            WorkerState(
                "w1", 16, 3, 1000, 0.5, True, "tcp://127.0.0.1:5557", ["resize"], 2, True, {"zone": "eu"}, VITALS
            )
        ],
        queued={TaskPriority.CRITICAL: 0, TaskPriority.LOW: 5},
        running=3,
        scheduled=4,
        finished={TaskStatus.SUCCESS: 998, TaskStatus.FAILURE: 2},
        superseded=1,
        results_kept=1000,
    ),
    Join(
        epoch=EPOCH,
        deadline=20.0,
        worker_id="w1",
        incarnation=INCARNATION,
        slots=16,
        names=["resize", "send"],
        declared=[Declared("resize", TERMS)],
        is_local=True,
        address="tcp://127.0.0.1:5557",
        version="1.0.0",
        labels={"zone": "eu"},
        digests={"resize": "0a1b2c3d4e5f6071"},
    ),
    Joined(beat_seconds=5.0, lease_seconds=15.0, max_result_bytes=1_000_000, max_spans=100),
    Poll(
        epoch=EPOCH,
        deadline=30.0,
        worker_id="w1",
        incarnation=INCARNATION,
        acknowledged=4,
        occupied=1,
        is_leaving=True,
        obeyed=2,
        stacks=[StackEntry(12, RunningTask(TASK, "resize", 1, 0.75, "in resize")), StackEntry(13)],
        notes=NOTES,
        entries=REPORT_ENTRIES,
        payloads=[b'"a.png"', b""],
    ),
    Leases(
        first=5,
        entries=[
            LeaseEntry(TASK, "resize", 1, 18_446_744_073_709_551_615),
            LeaseEntry(OTHER_TASK, "send", 2, 12, LeaseDetails(priority=TaskPriority.LOW, terms=LEASED, start_by=40.0)),
            LeaseEntry(OTHER_TASK, "send", 1, 11, LeaseDetails(is_stop=True)),
        ],
        superseded=[OTHER_TASK],
        directive=Directive(number=3, slots=8, is_to_leave=True, drain_seconds=2.5),
        stacks=[12, 13],
        payloads=[b'{"":["a.png"],"width":800}', b"{}", b""],
    ),
    Report(
        epoch=EPOCH,
        worker_id="w1",
        incarnation=INCARNATION,
        entries=REPORT_ENTRIES,
        occupied=2,
        is_leaving=True,
        obeyed=2,
        notes=NOTES,
        payloads=[b'"a.png"', b""],
    ),
    Reported(superseded=[TASK]),
    Beat(epoch=EPOCH, worker_id="w1", incarnation=INCARNATION, vitals=VITALS),
    Leave(epoch=EPOCH, worker_id="w1", incarnation=INCARNATION, acknowledged=5),
    Noted(),
    Beacon(epoch=EPOCH, client_address="tcp://127.0.0.1:5555", worker_address="tcp://127.0.0.1:5556"),
    InspectWorker(),
    WorkerInspected(
        worker_id="w1", slots=16, running=[RunningTask(TASK, "resize", 1, 0.75, 'File "tasks.py", line 3\n', True)]
    ),
    Cancel(epoch=EPOCH, deadline=30.0, task_ids=[TASK, OTHER_TASK]),
    Cancelled(answers=[Cancellation.STOPPING, Cancellation.FORGOTTEN]),
    Rerun(epoch=EPOCH, session_id=SESSION, deadline=30.0, task_id=TASK, new_task_id=OTHER_TASK, is_repeated=True),
    DrainWorker(epoch=EPOCH, deadline=30.0, worker_id="w1"),
)
