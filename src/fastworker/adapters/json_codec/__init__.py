"""JSON through pydantic: frames for messages, payloads for arguments and results."""

from .frames import JsonFrameCodec
from .payloads import JsonPayloadCodec

__all__ = ["JsonFrameCodec", "JsonPayloadCodec"]
