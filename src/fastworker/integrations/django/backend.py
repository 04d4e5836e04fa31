"""The backend for `django.tasks`: what is enqueued is submitted to a control plane.

    TASKS = {"default": {"BACKEND": "fastworker.integrations.django.backend.FastWorkerBackend"}}

`OPTIONS` may name an `address`, a `connect_timeout` and a `reconnect_timeout`, as `SyncClient` takes them; without them
the client is the one that `submit_sync` uses. `retries`, `backoff`, `timeout` and `expires` hold for every task of the
backend, as `TaskFunction.options` takes them. `task_modules` are modules with tasks beside the `tasks` of each app.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, override

from ..extras import missing_extra

try:
    import django
    from asgiref.sync import sync_to_async
    from django.core import checks
    from django.tasks import Task, TaskResult, TaskResultStatus
    from django.tasks.backends.base import BaseTaskBackend
    from django.tasks.exceptions import InvalidTask, InvalidTaskBackend, TaskResultDoesNotExist
    from django.tasks.signals import task_enqueued
    from django.utils import timezone
    from django.utils.json import normalize_json
except ModuleNotFoundError as error:
    raise missing_extra("django", error) from error

from fastworker.application.blocking import behind
from fastworker.application.current_client import current_sync_client
from fastworker.application.limits import LONGEST_ID
from fastworker.application.named_address import NamedAddress
from fastworker.application.sync_client import SyncTaskClient
from fastworker.application.task_options import NO_OPTIONS, submit_options
from fastworker.domain.errors import ResultExpired, UnknownTask, UnknownTaskId
from fastworker.domain.lifecycle import TaskStatus

from ..application_client import shared_sync_client
from .names import MARK, DjangoTask, name_of, task_named, unknown_task
from .options import CLIENT_OPTIONS, OPTIONS, TERMS, wrong_modules, wrong_values
from .priorities import number_of, priority_of
from .results import enqueued_at, told_result

DJANGO = str(Path(django.__file__).parent)


class FastWorkerBackend(BaseTaskBackend):
    """Enqueues Django tasks in FastWorker, and tells what became of them, from any process and thread."""

    task_class = DjangoTask
    supports_defer = True
    supports_async_task = True
    supports_get_result = True
    supports_priority = True

    def __init__(self, alias: str, params: dict[str, Any]) -> None:
        super().__init__(alias, params)
        self._wrong = wrong_values(self.options)  # said by `check`, and when the backend is used
        every = {name: self.options[name] for name in TERMS if name in self.options}
        self._every = NO_OPTIONS if self._wrong else submit_options(**every)
        has_own = not self._wrong and CLIENT_OPTIONS.keys() & self.options.keys()
        # Django has a backend in each thread and context, and all of them this client
        self._own = shared_sync_client(**self.client_options()) if has_own else None

    def client_options(self) -> dict[str, Any]:
        """Return what a client of this backend's control plane takes.

        Raises:
            InvalidTaskBackend: OPTIONS have a value that cannot work.
        """
        self._refuse_wrong_values()
        options = {name: self.options.get(name, default) for name, default in CLIENT_OPTIONS.items()}
        if options["address"]:
            options["address"] = NamedAddress.of(options["address"], f"from OPTIONS in TASKS[{self.alias!r}]")
        return options

    @property
    def client(self) -> SyncTaskClient:
        """The client that this backend uses."""
        self._refuse_wrong_values()
        return self._own.running() if self._own else current_sync_client()

    def _refuse_wrong_values(self) -> None:
        if self._wrong:
            raise InvalidTaskBackend(f"OPTIONS in TASKS[{self.alias!r}]: {'; '.join(self._wrong)}")

    @override
    def validate_task(self, task: Task) -> None:
        super().validate_task(task)
        if MARK in task.queue_name or len(name_of(task)) > LONGEST_ID:
            raise InvalidTask(
                f"{name_of(task)!r} cannot be the name of a task: a queue has no {MARK!r} in its name, and both "
                f"together have {LONGEST_ID} characters at most."
            )

    @override
    def enqueue(self, task: Task, args: Sequence[Any], kwargs: Mapping[str, Any]) -> TaskResult:
        """Submit a task; returns when the control plane has accepted it.

        Raises:
            InvalidTask: this backend cannot take the task.
            TypeError: an argument is no JSON.
            InvalidTaskBackend: OPTIONS have a value that cannot work.
            FastWorkerError: the control plane cannot be reached, or does not take the task.
        """
        with behind(DJANGO, "use `await task.aenqueue(...)`"):
            result = self._submit(task, args, kwargs)
        task_enqueued.send(type(self), task_result=result)
        return result

    @override
    async def aenqueue(self, task: Task, args: Sequence[Any], kwargs: Mapping[str, Any]) -> TaskResult:
        """Do what `enqueue` does, without the one thread that Django's blocking code shares under ASGI."""
        result = await sync_to_async(self._submit, thread_sensitive=False)(task, args, kwargs)
        await task_enqueued.asend(type(self), task_result=result)
        return result

    def _submit(self, task: Task, args: Sequence[Any], kwargs: Mapping[str, Any]) -> TaskResult:
        self.validate_task(task)
        sent_args, sent_kwargs = normalize_json(list(args)), normalize_json(dict(kwargs))
        options = replace(self._every, priority=priority_of(task.priority), at=_aware(task.run_after))
        try:
            handle = self.client.submit(name_of(task), sent_args, sent_kwargs, options)
        except UnknownTask as error:
            raise unknown_task(name_of(task)) from error
        return TaskResult(
            task=task,
            id=str(handle),
            status=TaskResultStatus.READY,
            enqueued_at=enqueued_at(handle),
            started_at=None,
            last_attempted_at=None,
            finished_at=None,
            args=sent_args,
            kwargs=sent_kwargs,
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )

    @override
    def get_result(self, result_id: str) -> TaskResult:
        """Look a task up by its id, whoever enqueued it.

        Raises:
            TaskResultDoesNotExist: no such task is remembered, or it is no task of this project.
        """
        try:
            with behind(DJANGO, "use `await task.aget_result(...)` or `await result.arefresh()`"):
                return self._look_up(result_id)
        except (UnknownTaskId, ResultExpired) as error:
            raise TaskResultDoesNotExist(str(error)) from error

    def _look_up(self, result_id: str) -> TaskResult:
        client = self.client
        state = client.state(result_id)
        task = task_named(state.name)
        if task is None:
            raise TaskResultDoesNotExist(f"task {result_id} is {state.name!r}, which is no Django task of this project")
        task = task.using(priority=number_of(state.priority, task.priority))
        found = client.get_task_result(result_id) if state.status is TaskStatus.SUCCESS else None
        value = found.result if found else None
        return told_result(state, task, client.arguments(result_id), value, alias=self.alias)

    @override
    async def aget_result(self, result_id: str) -> TaskResult:
        """Do what `get_result` does, without the one thread that Django's blocking code shares under ASGI."""
        return await sync_to_async(self.get_result, thread_sensitive=False)(result_id)

    @override
    def check(self, **kwargs: Any) -> Iterable[checks.CheckMessage]:
        """Say which options there are not, and which have a value that cannot work."""
        where = f"TASKS[{self.alias!r}]"
        if unknown := sorted(self.options.keys() - OPTIONS):
            hint = f"There are: {', '.join(sorted(OPTIONS))}."
            yield checks.Error(f"{where}: unknown OPTIONS {unknown}.", hint=hint, id="fastworker.E001")
        for text in (*self._wrong, *wrong_modules(self.options)):
            yield checks.Error(f"{where}: OPTIONS: {text}.", id="fastworker.E002")


def _aware(moment: datetime | None) -> datetime | None:
    if moment is None or timezone.is_aware(moment):
        return moment
    aware: datetime = timezone.make_aware(moment, timezone.get_default_timezone())  # with USE_TZ = False they are local
    return aware
