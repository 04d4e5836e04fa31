"""What clients and workers of the state machine choose from."""

from itertools import product

from hypothesis import strategies as st

from fastworker.domain.lifecycle import TaskStatus
from fastworker.domain.priority import TaskPriority
from fastworker.domain.terms import NO_TERMS, Backoff, Terms

from ...builders import a_card, a_failure, an_outcome

NAMES = ("add", "echo")
WORKERS = ("a", "b", "local")
TERMS = [
    Terms(retries=retries, backoff=backoff, timeout_seconds=timeout, delay_seconds=delay, expires_seconds=expires)
    for retries, backoff, timeout, delay, expires in product(
        (None, 1, 5),
        (None, Backoff(0.0), Backoff(5.0, jitter=1.0, maximum=8.0)),
        (None, 2.0),
        (None, None, None, 5.0),
        (None, None, None, None, 0.0, 6.0, 30.0),
    )
]
CALLS = st.tuples(
    st.sampled_from(NAMES),
    st.sampled_from(TaskPriority),
    st.integers(-len(TERMS) // 4, len(TERMS) - 1).map(lambda index: TERMS[index] if index >= 0 else NO_TERMS),
)
CARDS = st.builds(
    lambda worker_id, slots, names, incarnation, declared: a_card(
        worker_id, slots=slots, names=names, incarnation=incarnation, is_local=worker_id == "local", declared=declared
    ),
    st.sampled_from(WORKERS),
    st.integers(1, 3),
    st.sampled_from([NAMES, ("echo",)]),
    st.sampled_from(["first life", "second life"]),
    st.sampled_from([{}, {}, {"echo": Terms(retries=2, backoff=Backoff(0.0))}]),
)
OUTCOMES = st.sampled_from(
    [
        an_outcome(),
        a_failure(),
        a_failure(retry_after=3.0),
        a_failure(is_retryable=False),
        an_outcome(TaskStatus.CANCELLED),
        an_outcome(TaskStatus.EXPIRED),
    ]
)
