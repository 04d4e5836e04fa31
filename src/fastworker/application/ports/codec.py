"""Turning messages into frames, and arguments and results into payloads."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastworker.application.messages import Message


class FrameCodec(ABC):
    """Messages to bytes and back."""

    @abstractmethod
    def encode(self, message: Message) -> bytes:
        """Return the frame of a message.

        Raises:
            PayloadTooLarge: the frame would exceed the limit of the sockets.
        """

    @abstractmethod
    def decode(self, frame: bytes) -> Message:
        """Return the message in a frame.

        Raises:
            BadFrame: the bytes are no frame of this protocol.
            ProtocolMismatch: they are a frame of another version.
        """


class SignatureCodec(ABC):
    """Arguments and results of one function, checked and converted against its annotations."""

    @abstractmethod
    def encode_arguments(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bytes:
        """Return the payload of a call.

        Raises:
            InvalidArguments: the arguments do not fit the parameters.
            NotEncodable: an argument has no JSON form; the message names its path.
            PayloadTooLarge: the payload exceeds the limit.
        """

    @abstractmethod
    def decode_arguments(self, payload: bytes) -> tuple[Sequence[Any], Mapping[str, Any]]:
        """Return positional and keyword arguments of the function's own types.

        Raises:
            InvalidArguments: the payload does not fit the parameters.
        """

    @abstractmethod
    def encode_result(self, value: Any) -> bytes:
        """Return the payload of a result.

        Raises:
            NotEncodable: the value has no JSON form; the message names the path.
            PayloadTooLarge: the payload exceeds the limit.
        """

    @abstractmethod
    def decode_result(self, payload: bytes) -> Any:
        """Return a result of the annotated type.

        Raises:
            InvalidResult: the payload does not fit the annotation.
        """

    @abstractmethod
    def parameters_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the arguments by name; a type that JSON Schema has no word for is anything.

        The rest of the positional arguments is called `*name`, the rest of the keyword arguments `**name`.
        """


class PayloadCodec(ABC):
    """Arguments and results, with or without the function at hand."""

    @abstractmethod
    def signature(self, function: Callable[..., Any]) -> SignatureCodec:
        """Return the codec of one function; the same function gives the same codec.

        Raises:
            InvalidTaskModule: the function's annotations cannot be read.
        """

    @abstractmethod
    def encode_arguments(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bytes:
        """Return the payload of a call to a function that is not at hand.

        Raises:
            NotEncodable: an argument has no JSON form; the message names its path.
            PayloadTooLarge: the payload exceeds the limit.
        """

    @abstractmethod
    def decode_arguments(self, payload: bytes) -> dict[str, Any]:
        """Return arguments by name as plain JSON values.

        Under the empty name stand the positional ones of a caller that did not have the function.

        Raises:
            InvalidArguments: the payload holds no arguments.
        """

    @abstractmethod
    def decode_result(self, payload: bytes) -> Any:
        """Return a result as plain JSON values.

        Raises:
            InvalidResult: the payload holds no value.
        """
