"""Flask: an extension that gives the application a client for blocking code, current wherever its context is."""

from typing import Any

from .extras import missing_extra

try:
    from flask import Flask, appcontext_pushed, current_app, g
except ModuleNotFoundError as error:
    raise missing_extra("flask", error) from error

from fastworker.application.current_client import entered_sync_client
from fastworker.application.lazy_sync_client import LazySyncClient
from fastworker.application.named_address import VARIABLE, NamedAddress
from fastworker.application.sync_client import SyncTaskClient

from .application_client import lazy_sync_client

EXTENSION = "fastworker"
_BEFORE = "_fastworker_before"
_ENTER = "_fastworker_enter"


class FastWorker:
    """Gives applications a client each: `fn.submit_sync` uses it in requests, commands and `app.app_context()`.

    The address is the one given here, else the application's `FASTWORKER_ADDRESS` setting, else what `SyncClient`
    takes. A client is made when it is first used, so a server may fork before that, and ends with its process.
    """

    def __init__(
        self,
        app: Flask | None = None,
        address: str | None = None,
        *,
        connect_timeout: float = 5.0,
        reconnect_timeout: float = 30.0,
    ) -> None:
        self._address = address
        self._connect_timeout = connect_timeout
        self._reconnect_timeout = reconnect_timeout
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Give one more application a client."""
        client = lazy_sync_client(self._address or _setting(app), self._connect_timeout, self._reconnect_timeout)
        app.extensions[EXTENSION] = client

        def enter(sender: Flask, **_: Any) -> None:
            if _BEFORE not in g:
                setattr(g, _BEFORE, entered_sync_client.get())
            entered_sync_client.set(client)

        app.extensions[_ENTER] = enter  # it lives as long as the application
        appcontext_pushed.connect(enter, app)
        app.teardown_appcontext(_leave)

    @property
    def client(self) -> SyncTaskClient:
        """The client of the current application, for `client.delay(...)` and the like."""
        client: LazySyncClient = current_app.extensions[EXTENSION]
        return client.running()


def _setting(app: Flask) -> str | None:
    address = app.config.get(VARIABLE)
    return NamedAddress.of(address, f"from {VARIABLE} in app.config") if address else None


def _leave(error: BaseException | None) -> None:
    entered_sync_client.set(g.pop(_BEFORE, None))
