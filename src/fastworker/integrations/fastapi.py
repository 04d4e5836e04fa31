"""FastAPI: a middleware or an extension that gives the application a client, a dependency, a task's progress."""

from typing import Annotated

from .extras import missing_extra

try:
    from fastapi import Depends
except ModuleNotFoundError as error:
    raise missing_extra("fastapi", error) from error

from fastworker.application.client import TaskClient
from fastworker.application.current_client import current_client

from .starlette import FastWorker, FastWorkerMiddleware, sse_response

__all__ = ["ClientDependency", "FastWorker", "FastWorkerMiddleware", "sse_response"]


async def _client() -> TaskClient:  # async: FastAPI calls a plain function in a thread, which has no event loop
    return current_client()


ClientDependency = Annotated[TaskClient, Depends(_client)]
"""A parameter of this type is given the client: `async def show(task_id: str, client: ClientDependency)`."""
