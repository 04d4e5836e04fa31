"""Rules that fit into a table: cursors, pages, payloads, moments, keys, names in paths."""

from base64 import urlsafe_b64encode
from hashlib import sha256

import pytest

from fastworker.adapters.dashboard.cursors import Cursor, decode_cursor, encode_cursor
from fastworker.adapters.dashboard.idempotency import KEPT_SECONDS, MOST_KEYS, IdempotencyKeys
from fastworker.adapters.dashboard.listening import listen, port_of, url_of
from fastworker.adapters.dashboard.moments import Moments
from fastworker.adapters.dashboard.paging import cut
from fastworker.adapters.dashboard.problems import ApiProblem
from fastworker.adapters.dashboard.records.payloads import SHOWN_BYTES, beginning, exact, payload_record
from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.adapters.memory import ManualClock
from fastworker.domain.errors import AddressUnusable, IdConflict


@pytest.mark.parametrize("key", [(1,), (-1.5, "x"), ("é",), (2**53, "a", "b", 0.0)])
@pytest.mark.parametrize("is_backward", [True, False])
def test_a_cursor_comes_back_as_it_was(key: tuple[str | int | float, ...], is_backward: bool) -> None:
    cursor = Cursor(key, is_backward=is_backward)
    assert decode_cursor(encode_cursor(cursor, of="list"), of="list") == cursor


NO_CURSORS = [
    *("", "x", "é", "bnVsbA", "W10", "[1]", "====", "A" * 900),
    *("WzEsImxpc3QiLDAsW11d", "WzEsImxpc3QiLDIsWzFdXQ", "WzIsImxpc3QiLDAsWzFdXQ"),  # [1,"list",0,[]] and the like
    *("WzEsImxpc3QiLDAsW3RydWVdXQ", "WzEsImxpc3QiLDAsW251bGxdXQ", "WzEsImxpc3QiLDAsWzFlMzA4XV0"),
]


NO_CURSORS.append(urlsafe_b64encode(b'[1,"list",0,[' + b"9" * 400 + b"]]").decode())


@pytest.mark.parametrize("text", NO_CURSORS)
def test_what_is_no_cursor_of_this_list_is_refused(text: str) -> None:
    with pytest.raises(ApiProblem, match="cursor"):
        decode_cursor(text, of="list")


def test_pages_of_a_list_join_without_gap_or_overlap_while_items_come_and_go() -> None:
    items = [1, 2, 3, 5, 8, 13]

    def page(items: list[int], cursor: str | None = None) -> tuple[list[int], str | None, str | None]:
        found = cut(items, lambda item: (item,), name="n", cursor=cursor, limit=2)
        return list(found.items), found.next_cursor, found.prev_cursor

    first, onward, before = page(items)
    assert (first, before) == ([1, 2], None)
    second, onward, before = page([0, *items[2:]], onward)
    assert second == [3, 5]
    assert page(items, before)[0] == [1, 2]
    assert page(items, onward)[:2] == ([8, 13], None)
    assert page([], onward) == ([], None, None)


def test_a_cursor_of_another_kind_of_key_is_refused() -> None:
    cursor = cut(["a", "b"], lambda item: (item,), name="n", cursor=None, limit=1).next_cursor
    with pytest.raises(ApiProblem, match="cursor"):
        cut([1, 2], lambda item: (item,), name="n", cursor=cursor, limit=1)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (2**53, 2**53),
        (2**53 + 1, {"$int": "9007199254740993"}),
        (-(2**60), {"$int": str(-(2**60))}),
        (float("inf"), {"$float": "inf"}),
        ([True, None, 1.5, "x"], [True, None, 1.5, "x"]),
        ({"a": {"b": [2**64]}}, {"a": {"b": [{"$int": str(2**64)}]}}),
    ],
)
def test_no_number_changes_in_a_browser(value: object, shown: object) -> None:
    assert exact(value) == shown


def test_a_payload_that_is_large_or_no_json_is_shown_by_its_beginning() -> None:
    decode = JsonPayloadCodec().decode_result
    large = payload_record(b'"' + b"x" * SHOWN_BYTES + b'"', decode)
    assert (large.value, large.is_truncated, large.size) == (None, True, SHOWN_BYTES + 2)
    broken = payload_record(b"\xff{", decode)
    assert (broken.value, broken.text) == (None, "�{")
    deep = payload_record(b"[" * 5_000 + b"]" * 5_000, decode)
    assert deep.text is not None
    assert beginning(b"x" * 500).endswith("…")


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        (b"{}", ""),
        (b'{"":[0,2]}', "0, 2"),
        (b'{"":[{"a":1}],"by":NaN}', '{"a":1}, by=NaN'),
        (b'{"value":"x"}', 'value="x"'),
        (b'{"value":"' + "é".encode() * 200 + b'"}', 'value="' + "é" * 75 + '"…'),
        (b'{"":3}', '{"":3}'),
        (b"[1]", "[1]"),
    ],
)
def test_the_beginning_of_arguments_is_shown_as_in_a_call(payload: bytes, shown: str) -> None:
    assert beginning(payload) == shown


def test_a_key_stands_for_one_claim_of_one_actor() -> None:
    clock, numbers = ManualClock(), iter(range(100_000))
    keys = IdempotencyKeys(clock, lambda: str(next(numbers)))
    first = keys.claim("ann", "k", b"b")
    assert keys.claim("ann", "k", b"b") is first
    assert keys.claim("bob", "k", b"b").task_id != first.task_id
    with pytest.raises(IdConflict, match="another body"):
        keys.claim("ann", "k", b"c")
    for number in range(MOST_KEYS):
        keys.claim("ann", f"other-{number}", b"b")
    assert keys.claim("ann", "k", b"b") is not first


@pytest.mark.anyio
async def test_a_key_is_forgotten_after_a_day() -> None:
    clock, numbers = ManualClock(), iter(range(10))
    keys = IdempotencyKeys(clock, lambda: str(next(numbers)))
    first = keys.claim("ann", "k", b"b")
    await clock.advance(KEPT_SECONDS)
    assert keys.claim("ann", "k", b"c").task_id != first.task_id


def test_the_digest_of_a_large_payload_is_told_only_where_it_is_asked_for() -> None:
    decode, large = JsonPayloadCodec().decode_result, b"x" * (SHOWN_BYTES + 1)
    assert payload_record(large, decode, with_digest=False).sha256 == ""
    assert payload_record(large, decode).sha256 == sha256(large).hexdigest()
    assert payload_record(b"1", decode, with_digest=False).sha256 == sha256(b"1").hexdigest()


def test_a_moment_is_the_same_each_time_it_is_told_and_comes_back() -> None:
    clock = ManualClock()
    moments = Moments(clock)
    told = moments.of(12.25)
    assert moments.of(12.25) == told
    assert moments.monotonic(told) == pytest.approx(12.25)
    assert moments.monotonic(told.replace(tzinfo=None)) == pytest.approx(12.25)
    assert moments.of(None) is None


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("::", "[::1]"),
        ("::1", "[::1]"),
        ("ops.example", "ops.example"),
    ],
)
def test_the_address_of_the_dashboard_is_one_that_can_be_opened(host: str, shown: str) -> None:
    assert url_of(host, 1) == f"http://{shown}:1/"


def test_an_address_that_cannot_be_had_is_named() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(AddressUnusable, match=f"127.0.0.1:{port_of(taken)}"):
        listen("127.0.0.1", port_of(taken))
    with pytest.raises(AddressUnusable, match=r"192\.0\.2\.1"):
        listen("192.0.2.1", 0)
