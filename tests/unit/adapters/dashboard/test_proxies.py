"""What is believed of a reverse proxy, and of nobody else."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from fastworker.adapters.dashboard.proxies import NOT_FORWARDED, Forwarded, TrustedProxies
from fastworker.adapters.dashboard.roles import Role
from fastworker.domain.errors import InvalidSetting
from fastworker.entrypoints.dashboard import tokens_of
from fastworker.entrypoints.settings import ControlPlaneSettings

from .served import API, HOST, TOKENS, Served, a_dashboard, with_token

PROXY = "127.0.0.1"  # where the test's client comes from
BASE = f"http://{HOST}"
BY_ROLE = TrustedProxies([PROXY], user_header="X-User", role_header="X-Role")
FOR_ALL = TrustedProxies([PROXY], user_header="X-User", role=Role.VIEWER)
ELSEWHERE = TrustedProxies(["10.0.0.0/8"], user_header="X-User", role_header="X-Role")


def a_scope(*headers: tuple[str, str], client: Any = ("10.0.0.5", 1)) -> Any:
    return {"client": client, "headers": [(name.encode(), value.encode()) for name, value in headers]}


@pytest.mark.parametrize(
    ("headers", "prefix"),
    [
        ([("x-forwarded-prefix", "/ops/fw/")], "/ops/fw"),
        ([("X-Forwarded-Prefix", "/")], ""),
        ([("x-forwarded-prefix", '/"><script>')], None),
        ([("x-forwarded-prefix", "//evil.example")], None),
        ([("x-forwarded-prefix", "https://evil.example")], None),
        ([("x-forwarded-prefix", "/a"), ("x-forwarded-prefix", "/b")], None),
        ([("x-forwarded-prefix", "/" + "a" * 300)], None),
        ([], None),
    ],
)
def test_a_prefix_is_a_path_that_is_said_once(headers: list[tuple[str, str]], prefix: str | None) -> None:
    assert TrustedProxies(["10.0.0.5"]).read(a_scope(*headers)).prefix == prefix


@pytest.mark.parametrize(
    ("headers", "user", "role"),
    [
        ([("x-user", "ann"), ("x-role", "Operator")], "ann", Role.OPERATOR),
        ([("x-user", "ann"), ("x-role", "boss")], None, None),
        ([("x-user", "ann")], None, None),
        ([("x-user", "ann"), ("x-user", "bob"), ("x-role", "admin")], None, None),
        ([("x-user", ""), ("x-role", "admin")], None, None),
        ([("x-user", "a" * 101), ("x-role", "admin")], None, None),
        ([("x-user", "a\nb"), ("x-role", "admin")], None, None),
        ([("x-role", "admin")], None, None),
    ],
)
def test_somebody_is_named_once_with_a_role(headers: list[tuple[str, str]], user: str | None, role: Any) -> None:
    found = ELSEWHERE.read(a_scope(*headers))
    assert (found.user, found.role) == (user, role)


def test_without_a_header_for_roles_all_have_the_same() -> None:
    found = TrustedProxies(["10.0.0.5"], user_header="X-User", role=Role.OPERATOR).read(a_scope(("x-user", "ann")))
    assert (found.user, found.role) == ("ann", Role.OPERATOR)


@pytest.mark.parametrize(
    ("said", "remote"),
    [("1.2.3.4, 5.6.7.8", "5.6.7.8"), ("2001:db8::1", "2001:db8::1"), ("x", None), ("1.2.3.4, ", None)],
)
def test_the_address_is_the_one_that_the_proxy_itself_has_seen(said: str, remote: str | None) -> None:
    assert ELSEWHERE.read(a_scope(("x-forwarded-for", said))).remote == remote


@pytest.mark.parametrize("client", [None, ("11.0.0.5", 1), ("testclient", 1), ("::ffff:11.0.0.5", 1), ("::1", 1)])
def test_from_everybody_else_nothing_is_believed(client: Any) -> None:
    headers = ("x-user", "ann"), ("x-role", "admin"), ("x-forwarded-prefix", "/x"), ("x-forwarded-for", "1.2.3.4")
    assert ELSEWHERE.read(a_scope(*headers, client=client)) is NOT_FORWARDED
    assert TrustedProxies().read(a_scope(*headers)) is NOT_FORWARDED


def test_an_address_of_the_old_kind_is_the_same_in_the_new() -> None:
    assert ELSEWHERE.read(a_scope(client=("::ffff:10.1.1.1", 1))) == Forwarded()
    assert ELSEWHERE.read(a_scope(client=("::ffff:10.1.1.1", 1))) is not NOT_FORWARDED


async def seen_as(served: Served, **headers: str) -> httpx.Response:
    return await served.get("/session", headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.anyio
async def test_whom_a_trusted_proxy_names_is_let_in_with_that_role() -> None:
    async with a_dashboard(is_open=False, proxies=BY_ROLE) as served:
        told = (await seen_as(served, x_user="ann", x_role="operator")).json()
        assert (told["actor"], told["role"], told["method"]) == ("ann", "operator", "proxy")
        assert (await seen_as(served, x_user="ann", x_role="boss")).status_code == 401
        assert (await seen_as(served)).status_code == 401
        headers = {"x-user": "ann", "x-role": "operator", "x-forwarded-for": "9.9.9.9, 1.2.3.4"}
        assert (await served.post("/queues/low/pause", {}, headers=headers)).status_code == 200
        assert (await served.get("/audit", headers=headers)).status_code == 403
        [entry] = await served.items("/audit", headers=with_token(Role.ADMIN))
        assert (entry["actor"], entry["remote"]) == ("ann", "1.2.3.4")


@pytest.mark.anyio
async def test_another_proxy_lets_nobody_in_and_changes_no_path() -> None:
    async with a_dashboard(is_open=False, root_path="/ops", proxies=ELSEWHERE) as served:
        assert (await seen_as(served, x_user="ann", x_role="admin")).status_code == 401
        page = await served.http.get(f"{BASE}/tasks", headers={"x-forwarded-prefix": "/evil"})
        assert '<base href="/ops/">' in page.text


@pytest.mark.anyio
async def test_a_token_says_more_than_the_proxy() -> None:
    async with a_dashboard(is_open=False, proxies=FOR_ALL) as served:
        headers = {"x-user": "ann"} | with_token(Role.ADMIN)
        assert (await served.get("/session", headers=headers)).json()["method"] == "token"
        assert (await served.get("/session", headers={"x-user": "ann"})).json()["role"] == "viewer"


@pytest.mark.anyio
async def test_the_page_lives_where_a_trusted_proxy_says() -> None:
    async with a_dashboard(is_open=False, root_path="/ops", proxies=BY_ROLE) as served:
        for prefix in ("/team/a", "/team/b"):
            headers = {"x-forwarded-prefix": prefix}
            for path in ("/tasks", f"{prefix}/tasks"):
                page = await served.http.get(BASE + path, headers=headers)
                assert f'<base href="{prefix}/">' in page.text
            response = await served.post("/session", {"token": TOKENS[Role.VIEWER]}, headers=headers)
            assert f"path={prefix}" in response.headers["set-cookie"].lower()
        for number in range(40):
            await served.http.get(BASE, headers={"x-forwarded-prefix": f"/{number}"})
        assert '<base href="/ops/">' in (await served.http.get(BASE)).text
        unknown = await served.http.get(f"{API}/nothing", headers={"x-forwarded-prefix": "/team/a"})
        assert unknown.status_code == 404


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ({"dashboard_user_header": "X-User", "dashboard_role": "viewer"}, "--dashboard-trusted-proxy"),
        ({"dashboard_role_header": "X-Role"}, "--dashboard-user-header"),
        ({"dashboard_user_header": "X-User", "dashboard_trusted_proxy": "10.0.0.5"}, "--dashboard-role"),
    ],
)
def test_half_a_proxy_is_refused(flags: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidSetting, match=says):
        tokens_of(ControlPlaneSettings.load(**flags))


BEHIND_A_PROXY: list[dict[str, Any]] = [
    {"dashboard_trusted_proxy": "10.0.0.5"},
    {"dashboard_trusted_proxy": "127.0.0.1", "dashboard_root_path": "/ops"},
    {"dashboard_allowed_host": "ops.example"},
    {"dashboard_allowed_host": "localhost:9000 ops.example:443"},
]


@pytest.mark.parametrize("flags", BEHIND_A_PROXY, ids=str)
def test_a_proxy_needs_a_login_as_everybody_behind_it_comes_from_this_machine(flags: dict[str, Any]) -> None:
    with pytest.raises(InvalidSetting, match=r"--dashboard-token-file, or .*--dashboard-user-header, or .*--insecure"):
        tokens_of(ControlPlaneSettings.load(**flags))
    assert tokens_of(ControlPlaneSettings.load(**flags, insecure=True)) == ()
    assert tokens_of(ControlPlaneSettings.load(**flags, no_dashboard=True)) == ()


@pytest.mark.parametrize("flags", BEHIND_A_PROXY, ids=str)
def test_a_proxy_with_a_file_of_tokens_is_not_refused(flags: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text("admin ann 5Zq0nJt3oWb1c8yX")
    settings = ControlPlaneSettings.load(**flags, dashboard_token_file=str(tmp_path / "tokens"))
    assert len(tokens_of(settings)) == 1


@pytest.mark.parametrize(
    "flags",
    [
        {"dashboard_root_path": "/ops"},
        {"dashboard_root_path": "/ops", "dashboard_allowed_host": "127.0.0.1:9000 [::1]"},
    ],
    ids=str,
)
def test_a_proxy_on_this_machine_alone_is_open(flags: dict[str, Any]) -> None:
    assert tokens_of(ControlPlaneSettings.load(**flags)) == ()


@pytest.mark.parametrize("role", [{"dashboard_role": "admin"}, {"dashboard_role_header": "X-Role"}])
def test_a_proxy_that_logs_people_in_is_enough_for_other_machines(role: dict[str, str]) -> None:
    flags = {"dashboard_user_header": "X-User", "dashboard_trusted_proxy": "10.0.0.0/24 ::1"} | role
    settings = ControlPlaneSettings.load(dashboard_host="0.0.0.0", **flags)
    assert tokens_of(settings) == ()
    assert settings.dashboard_trusted_proxy == ["10.0.0.0/24", "::1/128"]


@pytest.mark.parametrize(
    "flags", [{"dashboard_trusted_proxy": "ops.example"}, {"dashboard_user_header": "X User:"}], ids=str
)
def test_what_is_no_network_or_no_header_is_refused(flags: dict[str, str]) -> None:
    with pytest.raises(InvalidSetting, match="--dashboard-"):
        ControlPlaneSettings.load(**flags)
