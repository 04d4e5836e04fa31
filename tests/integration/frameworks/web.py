"""Web servers under test, and how to talk to them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.integration.processes import Process, Processes, free_port
from tests.integration.waiting import until


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a control plane listens."""

    client: str
    worker: str
    discovery: str

    @classmethod
    def free(cls) -> "Addresses":
        """Return addresses that nobody listens at."""
        return cls(*(f"tcp://127.0.0.1:{free_port()}" for _ in range(3)))


class Web:
    """Starts servers, and has a connection to the last one."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self.server: Process | None = None
        self.http = httpx.Client()

    def start(self, *command: str, folder: Path | None = None, address: str = "", **environment: str) -> Process:
        """Start a server; `{port}` in its command is a free port. Return when it answers."""
        port = free_port()
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=15)
        self.server = self._processes.start(
            command[0],
            *(word.format(port=port) for word in command),
            folder=folder,
            environment=({"FASTWORKER_ADDRESS": address} if address else {}) | environment,
        )
        until(self._answers, within=20, what=f"{command[0]} answers on port {port}")
        return self.server

    def close(self) -> None:
        """Close the connection."""
        self.http.close()

    def _answers(self) -> bool:
        assert self.server is not None
        assert self.server.is_running, f"{self.server.name} ended:\n{self.server.log}"
        try:
            self.http.get("/is-there-anybody")
        except httpx.TransportError:
            return False
        return True

    def submit(self, path: str, body: str) -> str:
        """Send a text, and return the id of the task that was submitted for it."""
        answer = self.http.post(path, content=body, headers={"content-type": "text/plain"})
        assert answer.status_code == 202, answer.text
        task_id = answer.json()["task_id"]
        assert isinstance(task_id, str)
        return task_id

    def ended(self, task_id: str, *, pending: tuple[str, ...] = ("pending",)) -> dict[str, Any]:
        """Wait until a task has ended, and return what the application says of it."""

        def end() -> dict[str, Any] | None:
            answer = self.http.get(f"/documents/{task_id}")
            assert answer.status_code == 200, answer.text
            said: dict[str, Any] = answer.json()
            return None if said["status"] in pending else said

        return until(end, what=f"end of {task_id}")

    def stream(self, task_id: str, **headers: str) -> Iterator[dict[str, Any]]:
        """Yield the events of a task: the fields of each, with the data decoded."""
        with self.http.stream("GET", f"/documents/{task_id}/events", headers=headers) as answer:
            yield {"http": answer.status_code, "type": answer.headers.get("content-type", "")}
            fields: dict[str, Any] = {}
            for line in answer.iter_lines():
                name, _, value = line.partition(": ")
                if line and name:
                    fields[name] = json.loads(value) if name == "data" else value
                elif fields:
                    yield fields
                    fields = {}
