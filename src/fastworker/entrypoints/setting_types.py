"""What a setting may be: addresses, paths, names of hosts and headers, networks, lists of words."""

import re
from ipaddress import ip_network
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from fastworker.adapters.dashboard.hosts import parse_host
from fastworker.adapters.dashboard.root_paths import root_path
from fastworker.adapters.dashboard.trace_links import trace_url_template
from fastworker.domain.labels import fault_of_label, fault_of_labels, split_label


def _split_words(value: Any) -> Any:
    """Take module names as a list, or in one text, separated by spaces or commas."""
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, (list, tuple)):
        return value
    return [name for word in words for name in re.split(r"[\s,]+", word) if name]


def _address(value: str) -> str:
    parts = urlsplit(value)
    try:
        has_port = parts.port is not None
    except ValueError:
        has_port = False
    if parts.scheme == "ipc" and value != "ipc://":
        return value
    if parts.scheme != "tcp" or not parts.hostname or not has_port:
        raise ValueError("expected tcp://HOST:PORT or ipc://PATH")
    return value


def _network(value: str) -> str:
    try:
        return str(ip_network(value, strict=False))
    except ValueError:
        raise ValueError("expected an address or a network, such as 10.0.0.5 or 10.0.0.0/24") from None


def _header_name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]{1,60}", value):
        raise ValueError("expected the name of a header, such as X-Forwarded-User")
    return value


def _origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"[\s;,']", value):
        raise ValueError("expected an origin such as https://intranet.example")
    return value


def _host_name(value: str) -> str:
    if parse_host(value) is None:
        raise ValueError("expected a name such as ops.example or ops.example:8443, without a scheme or a path")
    return value


def _label(value: str) -> str:
    fault = fault_of_label(*split_label(value))
    if fault is not None:
        raise ValueError(fault)
    return value


def _labels(values: list[str]) -> list[str]:
    labels = dict(map(split_label, values))
    if len(labels) < len(values):
        raise ValueError("each key can be given once")
    fault = fault_of_labels(labels)
    if fault is not None:
        raise ValueError(fault)
    return values


Address = Annotated[str, AfterValidator(_address)]
Modules = Annotated[list[str], NoDecode, BeforeValidator(_split_words)]
Words = Modules
RootPath = Annotated[str, AfterValidator(root_path)]
TraceUrlTemplate = Annotated[str, AfterValidator(trace_url_template)]
Origins = Annotated[list[Annotated[str, AfterValidator(_origin)]], NoDecode, BeforeValidator(_split_words)]
HostNames = Annotated[list[Annotated[str, AfterValidator(_host_name)]], NoDecode, BeforeValidator(_split_words)]
Networks = Annotated[list[Annotated[str, AfterValidator(_network)]], NoDecode, BeforeValidator(_split_words)]
Labels = Annotated[
    list[Annotated[str, AfterValidator(_label)]], NoDecode, BeforeValidator(_split_words), AfterValidator(_labels)
]
HeaderName = Annotated[str, AfterValidator(_header_name)]
Seconds = Annotated[float, Field(gt=0, le=7 * 86_400)]
