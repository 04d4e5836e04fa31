"""Settings of the processes: flags, then environment (FASTWORKER_...), then pyproject.toml, then defaults.

A field is one setting under one name everywhere: `task_modules` is --task-modules, FASTWORKER_TASK_MODULES, and
`task-modules` in [tool.fastworker] (or, for one kind of process, in [tool.fastworker.control-plane] or
[tool.fastworker.subworker]). The command line makes its flags from these fields.
"""

import os
import socket
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, Literal, Self, override

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from fastworker.application.messages import PAYLOAD_BYTES
from fastworker.application.subworker import is_loopback
from fastworker.domain.errors import InvalidSetting
from fastworker.domain.worker_registry import LocalExecution

from .setting_types import (
    Address,
    HeaderName,
    HostNames,
    Labels,
    Modules,
    Networks,
    Origins,
    RootPath,
    Seconds,
    TraceUrlTemplate,
    Words,
)

MOST_PROCESSES = 1_000
LONGEST_WORKER_ID = 200


class ProcessSettings(BaseSettings):
    """What every process has."""

    model_config = SettingsConfigDict(env_prefix="FASTWORKER_", extra="ignore")
    table: ClassVar[str]

    task_modules: Modules = Field(
        default=[],
        description="Modules with task functions, as in `import`. Default: tasks, if ./tasks.py exists.",
    )
    discovery_address: Address = Field(
        default="tcp://127.0.0.1:5550", description="Where the control plane says every second where it is."
    )
    concurrency: int = Field(default=16, ge=1, le=10_000, description="How many tasks run at once in this process.")
    drain_timeout: Seconds = Field(
        default=30.0, description="Seconds that running tasks get to end after SIGTERM or Ctrl-C."
    )
    stop_grace: float = Field(
        default=2.0,
        gt=0,
        le=10,
        description="Seconds that a task gets to end once it is cancelled or over time; then it is given up.",
    )
    process_max_tasks: int = Field(
        default=1_000, ge=1, description='A child process (isolation="process") is replaced after so many tasks.'
    )
    process_max_bytes: int = Field(
        default=1 << 30, ge=1 << 20, description="A child process is replaced when it has grown to so many bytes."
    )
    blocked_seconds: Seconds = Field(
        default=2.0, description="Log the stack of an event loop that is blocked for so many seconds."
    )
    show_locals: bool = Field(
        default=False,
        description="The dashboard shows the local variables of a failure's own frames: they may hold secrets.",
    )
    insecure: bool = Field(
        default=False,
        description="Allow addresses beyond this machine, without authentication or encryption.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least level logged.")
    log_format: Literal["auto", "console", "json"] = Field(
        default="auto", description="auto: console on a terminal, JSON otherwise."
    )

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read flags, environment and pyproject.toml, in this order."""
        return (
            init_settings,
            env_settings,
            InitSettingsSource(settings_cls, read_table(Path.cwd(), cls.table)),
        )

    @classmethod
    def load(cls, **flags: Any) -> Self:
        """Return the settings of this process, with the flags that were given.

        Raises:
            InvalidSetting: a value cannot work, or an address is reachable from other machines without --insecure.
        """
        try:
            settings = cls(**flags)
        except ValidationError as error:
            raise InvalidSetting(_say(error)) from error
        for name in settings.listening():
            settings._refuse_open_address(name)
        return settings

    def listening(self) -> tuple[str, ...]:
        """Return the names of the settings that are addresses to listen at."""
        return ()

    def _refuse_open_address(self, name: str) -> None:
        address = getattr(self, name)
        if address is None or self.insecure or is_loopback(address):
            return
        raise InvalidSetting(
            f"{flag_of(name)} {address} can be reached from other machines, and anybody there could run tasks; "
            "bind to 127.0.0.1, or accept that with --insecure"
        )


class ControlPlaneSettings(ProcessSettings):
    """`fastworker control-plane`."""

    table = "control-plane"

    base_address: Address = Field(default="tcp://127.0.0.1:5555", description="Where clients connect.")
    worker_address: Address = Field(default="tcp://127.0.0.1:5556", description="Where subworkers connect.")
    result_cache_size: int = Field(default=10_000, ge=1, description="Most results kept.")
    result_cache_ttl: Seconds = Field(default=3600.0, description="Seconds that a result is kept.")
    result_cache_bytes: int = Field(
        default=1 << 30, ge=1, description="Most bytes of finished tasks kept: arguments, results, errors, log lines."
    )
    max_queued: int = Field(default=1_000_000, ge=1, description="Most waiting tasks; beyond, submissions are refused.")
    max_queued_bytes: int = Field(default=1 << 30, ge=1, description="Most bytes of arguments of unfinished tasks.")
    max_payload_bytes: int = Field(default=PAYLOAD_BYTES, ge=1, le=PAYLOAD_BYTES, description="Most bytes of one call.")
    max_result_bytes: int = Field(default=PAYLOAD_BYTES, ge=1, le=PAYLOAD_BYTES, description="Most bytes of a result.")
    max_unfinished: int = Field(default=1_000_000, ge=1, description="Most unfinished tasks of one client.")
    max_clients: int = Field(default=10_000, ge=1, description="Most connected clients.")
    max_workers: int = Field(default=10_000, ge=1, description="Most connected subworkers.")
    max_slots: int = Field(default=10_000, ge=1, description="Most tasks at once of one subworker.")
    stall_seconds: Seconds = Field(
        default=10.0,
        description="Log when tasks wait and workers have room, but none is leased for so many seconds.",
    )
    max_losses: int = Field(default=3, ge=1, description="A task that was lost with so many workers is not retried.")
    attempts_kept: int = Field(default=10, ge=1, le=1_001, description="Attempts remembered of each task.")
    log_lines_kept: int = Field(default=100, ge=0, le=10_000, description="Log lines remembered of each task.")
    spans_kept: int = Field(
        default=100, ge=0, le=200, description="Spans of its trace remembered of each task, for the dashboard."
    )
    advertised_worker_address: Address | None = Field(
        default=None, description="What subworkers are told to connect to, where it is not --worker-address."
    )
    lease_seconds: Seconds = Field(default=15.0, description="A worker silent for so long is lost, with what it runs.")
    local_execution: LocalExecution = Field(
        default=LocalExecution.AUTO,
        description="The control plane runs tasks itself. auto: those that no live subworker knows; "
        "overflow: also when all subworkers are full; never: none.",
    )
    subworkers: int = Field(
        default=0, ge=0, le=MOST_PROCESSES, description="How many subworker processes to start, too, and keep running."
    )

    no_dashboard: bool = Field(default=False, description="No dashboard and no HTTP API: nothing of them is loaded.")
    dashboard_host: str = Field(
        default="127.0.0.1", min_length=1, description="Where the dashboard and the HTTP API listen."
    )
    dashboard_port: int = Field(
        default=8080, ge=0, le=65_535, description="The port of the dashboard and the HTTP API; 0: any that is free."
    )
    dashboard_token_file: str | None = Field(
        default=None,
        description="File of tokens, one per line: TOKEN, ROLE TOKEN or ROLE NAME TOKEN. With it, a token is needed.",
    )
    dashboard_role: Literal["viewer", "operator", "admin"] = Field(
        default="admin", description="What everybody may do where no token is needed."
    )
    dashboard_root_path: RootPath = Field(
        default="", description="The path at which a reverse proxy shows the dashboard, whether it strips it or not."
    )
    dashboard_allowed_host: HostNames = Field(
        default=[], description="More names by which browsers may ask for the dashboard, such as ops.example."
    )
    dashboard_frame_ancestors: Origins = Field(
        default=[], description="Origins that may show the dashboard in a frame. Default: none."
    )
    dashboard_redact: Words = Field(
        default=[],
        description="Members of arguments and results that are never shown, such as password or *.token.",
    )
    dashboard_trusted_proxy: Networks = Field(
        default=[],
        description="Addresses or networks of reverse proxies whose forwarded headers are believed.",
    )
    dashboard_user_header: HeaderName | None = Field(
        default=None, description="The header in which a trusted proxy names who has logged in there."
    )
    dashboard_role_header: HeaderName | None = Field(
        default=None, description="The header in which it names the role. Default: all have --dashboard-role."
    )
    trace_url_template: TraceUrlTemplate | None = Field(
        default=None,
        description="Where traces can be looked at, such as https://tracing.example/trace/{trace_id}: "
        "the page of a task links there.",
    )

    @override
    def listening(self) -> tuple[str, ...]:
        """Return the names of the settings that are addresses to listen at."""
        return "base_address", "worker_address", "discovery_address"

    @classmethod
    @override
    def load(cls, **flags: Any) -> Self:
        """Return the settings of a control plane, whose subworkers can be started.

        Raises:
            InvalidSetting: see ProcessSettings; or the settings of the subworkers cannot work; or the dashboard could
                be reached from other machines without a token.
        """
        settings = super().load(**flags)
        if not settings.no_dashboard:
            settings._refuse_open_dashboard()
        if settings.subworkers:
            settings.of_subworkers()
        return settings

    def _refuse_open_dashboard(self) -> None:
        has_login = self.dashboard_token_file or self.dashboard_user_header
        if self.insecure or has_login or is_loopback(f"tcp://{_in_url(self.dashboard_host)}:1"):
            return
        raise InvalidSetting(
            f"--dashboard-host {self.dashboard_host} can be reached from other machines, and anybody there could see "
            "and stop tasks; name a file of tokens with --dashboard-token-file, bind to 127.0.0.1, or accept that with "
            "--insecure"
        )

    def of_subworkers(self, **more: Any) -> "SubworkerSettings":
        """Return the settings of the subworkers that the control plane starts: its own, where both have them."""
        shared = {name: getattr(self, name) for name in ProcessSettings.model_fields}
        return SubworkerSettings.load(**shared | {"worker_id": "subworker", "processes": self.subworkers} | more)


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _default_worker_id() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


class SubworkerSettings(ProcessSettings):
    """`fastworker subworker`."""

    table = "subworker"

    worker_id: str = Field(
        default_factory=_default_worker_id,
        min_length=1,
        max_length=LONGEST_WORKER_ID,
        description="Name of this worker, unique in the cluster. Default: HOST-PID.",
    )
    label: Labels = Field(
        default=[], description="KEY=VALUE that the dashboard shows beside this worker, such as zone=eu."
    )
    control_plane_address: Address | None = Field(
        default=None, description="The control plane's base address. Default: listen at --discovery-address."
    )
    subworker_base_address: Address | None = Field(  # not base_address: one environment serves both processes
        default=None, description="Where this worker answers `fastworker inspect`. Default: nowhere."
    )
    processes: int = Field(
        default=1,
        ge=1,
        le=MOST_PROCESSES,
        description="How many processes to run, and keep running; their worker ids end in -1, -2, …",
    )

    @override
    def listening(self) -> tuple[str, ...]:
        """Return the names of the settings that are addresses to listen at."""
        return ("subworker_base_address",)

    @classmethod
    @override
    def load(cls, **flags: Any) -> Self:
        """Return the settings of a subworker.

        Raises:
            InvalidSetting: see ProcessSettings; or several processes would need what only one can have.
        """
        settings = super().load(**flags)
        if settings.processes > 1:
            settings._refuse_what_is_for_one()
        return settings

    def _refuse_what_is_for_one(self) -> None:
        if self.subworker_base_address is not None:
            raise InvalidSetting(
                f"{flag_of('subworker_base_address')} {self.subworker_base_address} is an address for one subworker, "
                f"not for {self.processes} processes; leave it out, or start them one by one, each with its own"
            )
        longest = LONGEST_WORKER_ID - len(f"-{self.processes}")
        if len(self.worker_id) > longest:
            raise InvalidSetting(f"--worker-id: at most {longest} characters for {self.processes} processes")


def read_table(folder: Path, process: str) -> dict[str, Any]:
    """Return [tool.fastworker] of the folder's pyproject.toml, overlaid with the table of one kind of process."""
    path = folder / "pyproject.toml"
    if not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_text()).get("tool", {}).get("fastworker", {})
        shared = {key: value for key, value in table.items() if not isinstance(value, dict)}
        settings = shared | _with_full_names(table.get(process, {}), process)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidSetting(f"{path} is no TOML: {error}") from error
    except (AttributeError, TypeError) as error:
        raise InvalidSetting(f"{path}: [tool.fastworker] and [tool.fastworker.{process}] must be tables") from error
    named = {key.replace("-", "_"): value for key, value in settings.items()}
    _refuse_unknown(named, path)
    return named


def _refuse_unknown(named: dict[str, Any], path: Path) -> None:
    known = {*ControlPlaneSettings.model_fields, *SubworkerSettings.model_fields}
    for name in sorted(set(named) - known):
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0].replace('_', '-')}?" if near else "see `fastworker control-plane --help`"
        raise InvalidSetting(f"{path}: [tool.fastworker] has no setting {name.replace('_', '-')}; {hint}")


def _with_full_names(own: dict[str, Any], process: str) -> dict[str, Any]:
    """In the table of the subworker, as among its flags, `base-address` is its own."""
    if process != SubworkerSettings.table:
        return own
    return {"subworker-base-address" if key == "base-address" else key: value for key, value in own.items()}


def default_modules(folder: Path) -> list[str]:
    """Return the task modules of a folder for which none were named: `tasks`, if it is there."""
    return ["tasks"] if (folder / "tasks.py").is_file() or (folder / "tasks" / "__init__.py").is_file() else []


def flag_of(name: str) -> str:
    """Return the flag of a setting; a subworker's own settings need no prefix there."""
    name = name.removeprefix("subworker_")
    return f"--{name.replace('_', '-')}"


def _say(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_context=False)
    return "; ".join(
        f"{flag_of(str(problem['loc'][0]))}: {problem['msg'].removeprefix('Value error, ')} (was {problem['input']!r})"
        for problem in problems
    )
