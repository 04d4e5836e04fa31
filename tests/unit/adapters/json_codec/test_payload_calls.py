"""Arguments find their parameters as in a plain call, with the function at hand and without it."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fastworker.adapters.json_codec import JsonPayloadCodec
from fastworker.domain.errors import InvalidArguments

CODEC = JsonPayloadCodec()


def plain(path: Path, width: int, height: int = 600, *, quality: float = 0.9) -> Any:
    return path, width, height, quality


def nothing() -> Any:
    return ()


def only_defaults(first: int = 1, second: str = "two") -> Any:
    return first, second


def rest(first: int, *others: Decimal) -> Any:
    return first, others


def extra(first: int, **others: bytes) -> Any:
    return first, others


def everything(a: int, b: int = 2, /, c: int = 3, *d: int, e: int, f: int = 6, **g: int) -> Any:
    return a, b, c, d, e, f, g


def positional_only(a: int, b: int = 2, /, *, c: int = 3) -> Any:
    return a, b, c


def without_annotations(a, b=2, *c, **d) -> Any:
    return a, b, c, d


def names_of_its_own(*args: int, **kwargs: int) -> Any:
    return args, kwargs


def clash(a: int, /, **others: int) -> Any:
    return a, others


type Encode = Callable[[Callable[..., Any], tuple[Any, ...], dict[str, Any]], bytes]


def with_the_function(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    return CODEC.signature(function).encode_arguments(args, kwargs)


def by_name_only(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    return CODEC.encode_arguments(args, kwargs)


WAYS = pytest.mark.parametrize("encode", [with_the_function, by_name_only])


def call(encode: Encode, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Do what a worker does with a payload."""
    received, named = CODEC.signature(function).decode_arguments(encode(function, args, kwargs))
    return function(*received, **named)


CALLS = [
    (plain, (Path("a.png"), 800), {}),
    (plain, (Path("a.png"),), {"width": 800, "quality": 1.0}),
    (plain, (), {"width": 1, "path": Path("b"), "height": 2}),
    (plain, (Path("a"), 1, 2), {"quality": 0.5}),
    (nothing, (), {}),
    (only_defaults, (), {}),
    (only_defaults, (5,), {}),
    (only_defaults, (), {"second": "2"}),
    (rest, (1,), {}),
    (rest, (1, Decimal("2.5"), Decimal("3")), {}),
    (extra, (1,), {}),
    (extra, (1,), {"a": b"\xff", "b": b""}),
    (extra, (), {"first": 1, "z": b"z"}),
    (everything, (1,), {"e": 5}),
    (everything, (1, 20), {"e": 5, "c": 30}),
    (everything, (1, 20, 30, 40, 50), {"e": 5, "f": 60, "x": 7, "y": 8}),
    (positional_only, (1,), {}),
    (positional_only, (1, 20), {"c": 30}),
    (without_annotations, (1,), {}),
    (without_annotations, ("a", 2, 3, None), {"k": [1, 2]}),
    (names_of_its_own, (), {"args": 1}),
    (names_of_its_own, (1, 2), {"args": 3}),
    (names_of_its_own, (), {"a": 1, "kwargs": 2}),
    (clash, (1,), {"a": 2}),
    (clash, (1,), {"others": 2}),
]


@WAYS
@pytest.mark.parametrize(("function", "args", "kwargs"), CALLS, ids=lambda value: getattr(value, "__name__", None))
def test_the_worker_makes_the_call_that_the_caller_meant(
    encode: Encode, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    assert call(encode, function, args, kwargs) == function(*args, **kwargs)


@WAYS
def test_arguments_are_converted_where_json_has_no_such_type(encode: Encode) -> None:
    assert call(encode, plain, ("a.png", "800"), {"quality": 1}) == (Path("a.png"), 800, 600, 1.0)


WRONG_CALLS = [
    (plain, (Path("a"),), {}, "width: Field required"),
    (plain, (), {}, "path: Field required"),
    (plain, (Path("a"), "wide"), {}, r"width: Input should be a valid integer.* \(was a str\)"),
    (plain, (Path("a"), 1.5), {}, "width: .*integer"),
    (plain, (Path("a"), None), {}, r"width: .*integer \(was None\)"),
    (plain, (1, 2, 3, 4), {}, r"plain\(\) takes 3 positional arguments, was given 4"),
    (plain, (Path("a"), 1), {"width": 2}, r"plain\(\) was given 'width' twice, by position and by name"),
    (plain, (Path("a"), 1), {"widht": 2}, "no parameter 'widht'"),
    (nothing, (1,), {}, r"nothing\(\) takes 0 positional arguments, was given 1"),
    (nothing, (), {"a": 1}, "no parameter 'a'"),
    (rest, (1, "x"), {}, "others.0: .*decimal"),
    (rest, (), {}, "first: Field required"),
    (extra, (1,), {"a": 7}, "others.a: .*bytes"),
    (everything, (1,), {}, "e: Field required"),
    (positional_only, (), {"a": 1}, "a"),
    (rest, (1,), {"others": [2]}, "others"),
]


@WAYS
@pytest.mark.parametrize(
    ("function", "args", "kwargs", "text"), WRONG_CALLS, ids=[f"{case[0].__name__}-{case[3]}" for case in WRONG_CALLS]
)
def test_a_call_that_does_not_fit_is_invalid_arguments_and_says_where(
    encode: Encode, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], text: str
) -> None:
    with pytest.raises(InvalidArguments, match=text) as raised:
        call(encode, function, args, kwargs)
    assert f"{function.__name__}()" in str(raised.value)


def test_with_the_function_at_hand_a_wrong_call_fails_before_anything_is_sent() -> None:
    with pytest.raises(InvalidArguments):
        with_the_function(plain, (Path("a"), "wide"), {})


def test_no_more_than_three_problems_are_told() -> None:
    def many(a: int, b: int, c: int, d: int, e: int) -> None: ...

    with pytest.raises(InvalidArguments, match="and 2 more") as raised:
        with_the_function(many, ("v", "w", "x", "y", "z" * 1000), {})
    assert len(str(raised.value)) < 600


def test_annotations_given_as_text_are_understood() -> None:
    def later(a: "Decimal") -> "Path":
        return Path(str(a))

    signature = CODEC.signature(later)
    assert call(with_the_function, later, (Decimal("1.5"),), {}) == Path("1.5")
    assert signature.decode_result(signature.encode_result(Path("x"))) == Path("x")
