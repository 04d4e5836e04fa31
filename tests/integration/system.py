"""A control plane and its subworkers as real processes."""

import shlex
from collections.abc import Callable, Mapping
from typing import Any

from fastworker import Client, SyncClient

from .processes import Finished, Process, Processes, free_port

CONTROL_PLANE_IS_UP = "in memory"
"""Stands in the last line of a control plane's banner."""

WORKER_HAS_JOINED = '"event": "joined"'
WORKER_JOINED_AGAIN = '"event": "worker_joined"'

NO_LOCAL_WORK = "--local-execution never"
NO_DASHBOARD = "--no-dashboard"


class System:
    """One control plane on addresses of its own, which stay the same when it is started again.

    With an `environment`, which its processes have then, tasks find it by FASTWORKER_ADDRESS.
    """

    def __init__(
        self,
        processes: Processes,
        *,
        modules: str,
        control_plane: str,
        worker: str,
        dashboard: str = NO_DASHBOARD,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.processes = processes
        self.address, self.worker_address, self.beacon_address = (f"tcp://127.0.0.1:{free_port()}" for _ in range(3))
        self.workers: dict[str, Process] = {}
        self.base_addresses: dict[str, str] = {}
        self._environment = {**environment, "FASTWORKER_ADDRESS": self.address} if environment else None
        self._modules = modules
        self._control_plane_flags = f"{dashboard} {control_plane}"
        self._worker_flags = worker
        self.control_plane = self._launch_control_plane()

    def _launch_control_plane(self) -> Process:
        return self.processes.start(
            "control-plane",
            *("python", "-m", "fastworker.entrypoints.control_plane"),
            *("--base-address", self.address),
            *("--worker-address", self.worker_address),
            *("--discovery-address", self.beacon_address),
            *("--task-modules", self._modules),
            *shlex.split(self._control_plane_flags),
            environment=self._environment,
        )

    def start_control_plane(self) -> Process:
        """Start the control plane again, where it was, and return when it listens."""
        self.control_plane = self._launch_control_plane()
        self.control_plane.wait_for(CONTROL_PLANE_IS_UP)
        return self.control_plane

    def launch_worker(self, worker_id: str, flags: str = "") -> Process:
        """Start a subworker; its flags come after those of all."""
        self.base_addresses[worker_id] = f"tcp://127.0.0.1:{free_port()}"
        process = self.processes.start(
            worker_id,
            *("python", "-m", "fastworker.entrypoints.subworker"),
            *("--worker-id", worker_id),
            *("--control-plane-address", self.address),
            *("--base-address", self.base_addresses[worker_id]),
            *("--task-modules", self._modules),
            *shlex.split(self._worker_flags),
            *shlex.split(flags),
            environment=self._environment,
        )
        self.workers[worker_id] = process
        return process

    def start_worker(self, worker_id: str, flags: str = "") -> Process:
        """Start a subworker and return when it has joined."""
        process = self.launch_worker(worker_id, flags)
        process.wait_for(WORKER_HAS_JOINED)
        return process

    def wait_until_up(self) -> None:
        """Wait until the control plane listens and every worker has joined."""
        self.control_plane.wait_for(CONTROL_PLANE_IS_UP)
        for worker in self.workers.values():
            worker.wait_for(WORKER_HAS_JOINED)

    def client(self, **options: Any) -> Client:
        """Return a client of this system."""
        return Client(self.address, **options)

    def sync_client(self, **options: Any) -> SyncClient:
        """Return a client of this system for blocking code."""
        return SyncClient(self.address, **options)

    def run(self, *command: str) -> Finished:
        """Run a `fastworker` command against this system."""
        return self.processes.run("fastworker", *command, environment={"FASTWORKER_ADDRESS": self.address})


type StartSystem = Callable[..., System]


def starter(processes: Processes) -> StartSystem:
    """Return the function with which tests start a system and wait until it is up."""

    def start(
        *,
        workers: int = 1,
        modules: str = "work",
        control_plane: str = NO_LOCAL_WORK,
        worker: str = "",
        dashboard: str = NO_DASHBOARD,
        environment: Mapping[str, str] | None = None,
    ) -> System:
        system = System(
            processes,
            modules=modules,
            control_plane=control_plane,
            worker=worker,
            dashboard=dashboard,
            environment=environment,
        )
        for number in range(1, workers + 1):
            system.launch_worker(f"sw{number}")
        system.wait_until_up()
        return system

    return start
