"""The dashboard runs in the control plane's own loop, which is asyncio's."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
