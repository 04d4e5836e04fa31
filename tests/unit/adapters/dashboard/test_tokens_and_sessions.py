"""Tokens of the file, sessions of browsers, and the one-time word of the login URL."""

from pathlib import Path

import pytest

from fastworker.adapters.dashboard.roles import Role
from fastworker.adapters.dashboard.sessions import MOST_SESSIONS, ONCE_SECONDS, SESSION_SECONDS, Sessions
from fastworker.adapters.dashboard.tokens import find_token, read_tokens
from fastworker.adapters.memory import ManualClock
from fastworker.domain.errors import InvalidSetting

from .served import API, COOKIE, HOST, TOKENS, a_dashboard, with_token

SECRET = "s" * 16


def written(folder: Path, text: str) -> Path:
    path = folder / "tokens"
    path.write_text(text)
    return path


def test_a_line_is_a_token_with_or_without_a_role_and_a_name(tmp_path: Path) -> None:
    tokens = read_tokens(written(tmp_path, f"# people\n\n{SECRET}1\nviewer {SECRET}2\nOperator bob {SECRET}3\n"))
    assert [(token.role, token.actor) for token in tokens] == [
        (Role.ADMIN, "token-3"),
        (Role.VIEWER, "token-4"),
        (Role.OPERATOR, "bob"),
    ]
    assert find_token(tokens, f"{SECRET}3") is tokens[2]
    assert find_token(tokens, f"{SECRET}4") is None
    assert SECRET not in repr(tokens)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has no token"),
        ("# only a comment", "has no token"),
        ("short", "line 1: a token has at least 16 characters, this one 5"),
        (f"\nboss {SECRET}", "line 2: no role 'boss'; expected viewer, operator or admin"),
        (f"admin a b {SECRET}", "line 1: 4 words"),
    ],
)
def test_a_file_that_cannot_work_says_what_and_where(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InvalidSetting, match=says):
        read_tokens(written(tmp_path, text))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="nothing cannot be read"):
        read_tokens(tmp_path / "nothing")


def test_a_one_time_word_works_once_and_soon() -> None:
    clock = ManualClock()
    sessions = Sessions(clock)
    assert not sessions.redeem("")
    older, word = sessions.new_once(), sessions.new_once()
    assert not sessions.redeem(older)
    assert sessions.redeem(word)
    assert not sessions.redeem(word)


@pytest.mark.anyio
async def test_a_one_time_word_and_a_session_end_by_themselves() -> None:
    clock = ManualClock()
    sessions = Sessions(clock)
    word, cookie = sessions.new_once(), sessions.open("ann", Role.ADMIN)
    await clock.advance(ONCE_SECONDS)
    assert not sessions.redeem(word)
    assert sessions.find(cookie) is not None
    await clock.advance(SESSION_SECONDS)
    assert sessions.find(cookie) is None


def test_who_logs_in_again_and_again_logs_out_nobody_else() -> None:
    sessions = Sessions(ManualClock())
    ann = sessions.open("ann", Role.ADMIN)
    bobs = [sessions.open("bob", Role.VIEWER) for _ in range(MOST_SESSIONS)]
    assert sessions.find(ann) is not None
    assert [sessions.find(cookie) is None for cookie in bobs[:2]] == [True, False]


def test_there_are_only_so_many_sessions_and_the_oldest_goes() -> None:
    sessions = Sessions(ManualClock())
    cookies = [sessions.open("ann", Role.VIEWER) for _ in range(MOST_SESSIONS + 1)]
    assert sessions.find(cookies[0]) is None
    assert sessions.find(cookies[1]) is not None
    sessions.close(cookies[1])
    sessions.close(cookies[1])
    assert sessions.find(cookies[1]) is None


@pytest.mark.anyio
async def test_a_token_begins_a_session_that_a_cookie_carries_and_logging_out_ends() -> None:
    async with a_dashboard(is_open=False) as served:
        for body in ({"token": "wrong"}, {"once": "wrong"}, {}):
            assert (await served.post("/session", body)).status_code == 401
        response = await served.post("/session", {"token": TOKENS[Role.OPERATOR]})
        assert (response.json()["role"], response.json()["method"]) == ("operator", "session")
        cookie = response.headers["set-cookie"].lower()
        assert {"httponly", "samesite=strict", "path=/"} <= {part.strip() for part in cookie.split(";")}
        assert COOKIE in served.http.cookies
        assert (await served.post("/queues/low/pause", {})).status_code == 200
        assert (await served.http.delete("http://127.0.0.1:8080/api/v1/session")).status_code == 204
        assert (await served.get("/overview")).status_code == 401


@pytest.mark.anyio
async def test_logging_in_again_ends_the_session_before() -> None:
    async with a_dashboard(is_open=False) as served:
        await served.post("/session", {"token": TOKENS[Role.VIEWER]})
        before = served.http.cookies[COOKIE]
        await served.post("/session", {"token": TOKENS[Role.ADMIN]})
        assert served.parts.access.sessions.find(before) is None
        assert (await served.get("/session")).json()["role"] == "admin"


@pytest.mark.anyio
async def test_logging_in_and_out_is_on_record() -> None:
    async with a_dashboard(is_open=False) as served:
        await served.post("/session", {"token": TOKENS[Role.VIEWER]})
        await served.http.delete(f"{API}/session")
        entries = await served.items("/audit", headers=with_token(Role.ADMIN))
        assert [(entry["actor"], entry["action"]) for entry in entries] == [("viewer", "log out"), ("viewer", "log in")]


@pytest.mark.anyio
@pytest.mark.parametrize(("origin", "is_secure"), [(f"https://{HOST}", True), (f"http://{HOST}", False)])
async def test_a_cookie_is_for_tls_only_where_the_browser_speaks_it(origin: str, is_secure: bool) -> None:
    async with a_dashboard(is_open=False) as served:
        response = await served.post("/session", {"token": TOKENS[Role.VIEWER]}, headers={"origin": origin})
        assert ("secure" in response.headers["set-cookie"].lower().split("; ")) is is_secure


@pytest.mark.anyio
async def test_where_no_token_is_needed_everybody_has_a_session() -> None:
    async with a_dashboard() as served:
        assert (await served.post("/session", {})).json()["method"] == "loopback"
        assert (await served.get("/session")).json()["role"] == "admin"
