"""Says how the current client is made, without loading it before it is needed."""

from typing import TYPE_CHECKING

from fastworker.application.current_client import set_default_clients

if TYPE_CHECKING:
    from fastworker.application.client import TaskClient
    from fastworker.application.sync_client import SyncTaskClient


def _new_client() -> "TaskClient":
    from .client import Client

    return Client()


def _new_sync_client() -> "SyncTaskClient":
    import atexit

    from .client import SyncClient

    client = SyncClient()
    atexit.register(client.stop)
    return client


set_default_clients(_new_client, _new_sync_client)
