"""A web application whose requests are traced, as an instrumentation of its framework does it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from traced_work import double, place_order

from fastworker import Client


def _set_up_tracing() -> TracerProvider:
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider


class Traced:
    """Puts each request into a span."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        tracer, name = trace.get_tracer(__name__), f"{scope['method']} {scope['path']}"
        with tracer.start_as_current_span(name, propagate.extract(headers), kind=trace.SpanKind.SERVER):
            await self._app(scope, receive, send)


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    async with Client():
        provider = _set_up_tracing()  # after the client: it is found nevertheless
        yield
        provider.shutdown()


async def order(request: Request) -> JSONResponse:
    return JSONResponse(await (await place_order.submit(request.path_params["count"])))


def double_in_thread(request: Request) -> JSONResponse:
    return JSONResponse(double.submit_sync(request.path_params["count"]).get(timeout=20))


app = Starlette(
    routes=[
        Route("/orders/{count:int}", order, methods=["POST"]),
        Route("/doubles/{count:int}", double_in_thread, methods=["POST"]),
    ],
    lifespan=lifespan,
)
app.add_middleware(Traced)
