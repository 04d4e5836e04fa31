"""NNG through pynng: the only place that knows either. The shared facts are in docs/why.md."""

from .transport import NngTransport

__all__ = ["NngTransport"]
