"""The parameters of a function, and the way from a call to arguments by name and back.

Arguments by name are one dict: a parameter's name, `*name` for the rest of the positional ones, `**name` for the rest
of the keywords. The stars keep names apart that Python keeps apart.
"""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from pydantic import ConfigDict, with_config

from fastworker.domain.errors import InvalidArguments

_KIND = inspect.Parameter
_POSITIONAL = (_KIND.POSITIONAL_ONLY, _KIND.POSITIONAL_OR_KEYWORD)
_BY_KEYWORD = (_KIND.POSITIONAL_OR_KEYWORD, _KIND.KEYWORD_ONLY)


class Parameters:
    """How one function may be called."""

    def __init__(self, name: str, parameters: Mapping[str, inspect.Parameter]) -> None:
        kinds = {parameter.kind: parameter.name for parameter in parameters.values()}
        self._name = name
        self._parameters = parameters
        self._positional = [p.name for p in parameters.values() if p.kind in _POSITIONAL]
        self._by_keyword = {p.name for p in parameters.values() if p.kind in _BY_KEYWORD}
        self._rest = f"*{kinds[_KIND.VAR_POSITIONAL]}" if _KIND.VAR_POSITIONAL in kinds else None
        self._extra = f"**{kinds[_KIND.VAR_KEYWORD]}" if _KIND.VAR_KEYWORD in kinds else None
        self._takes_keywords = self._by_keyword == set(parameters)
        self.need_nothing = all(
            p.default is not _KIND.empty or p.kind in (_KIND.VAR_POSITIONAL, _KIND.VAR_KEYWORD)
            for p in parameters.values()
        )

    @property
    def defaults(self) -> dict[str, Any]:
        """The defaults of the parameters that have one."""
        return {name: p.default for name, p in self._parameters.items() if p.default is not _KIND.empty}

    def typed_dict(self, hints: Mapping[str, Any]) -> Any:
        """Return the type of this function's arguments by name."""
        fields: dict[str, Any] = {}
        for name, parameter in self._parameters.items():
            hint = hints.get(name, Any)
            if parameter.kind is _KIND.VAR_POSITIONAL:
                fields[f"*{name}"] = NotRequired[list[hint]]  # type: ignore[valid-type]
            elif parameter.kind is _KIND.VAR_KEYWORD:
                fields[f"**{name}"] = NotRequired[dict[str, hint]]  # type: ignore[valid-type]
            else:
                fields[name] = hint if parameter.default is _KIND.empty else NotRequired[hint]
        arguments = TypedDict("Arguments", fields)  # type: ignore[misc] # the fields are known at run time only
        return with_config(ConfigDict(extra="forbid", arbitrary_types_allowed=True))(arguments)

    def by_name(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Sort a call's arguments into the parameters, as Python would.

        Raises:
            InvalidArguments: there are too many, or one is given twice, or by a name that it does not have.
        """
        named = dict(zip(self._positional, args, strict=False))
        if len(args) > len(self._positional):
            if self._rest is None:
                raise InvalidArguments(
                    f"{self._name}() takes {len(self._positional)} positional arguments, was given {len(args)}"
                )
            named[self._rest] = list(args[len(self._positional) :])
        for name, value in kwargs.items():
            self._add_keyword(named, name, value)
        return named

    def as_called(self, named: dict[str, Any]) -> tuple[Sequence[Any], Mapping[str, Any]]:
        """Turn arguments by name into a call; what stands behind a left-out positional parameter goes by name."""
        if self._takes_keywords:
            return (), named
        args: list[Any] = []
        for name in self._positional:
            if name not in named:
                break
            args.append(named.pop(name))
        if self._rest is not None:
            args.extend(named.pop(self._rest, ()))
        extra = named.pop(self._extra, {}) if self._extra is not None else {}
        return args, named | extra

    def _add_keyword(self, named: dict[str, Any], name: str, value: Any) -> None:
        if name in self._by_keyword:
            if name in named:
                raise InvalidArguments(f"{self._name}() was given {name!r} twice, by position and by name")
            named[name] = value
        elif self._extra is not None:
            named.setdefault(self._extra, {})[name] = value
        elif name in self._positional:
            raise InvalidArguments(f"{self._name}() takes {name!r} by position only, was given it by name")
        else:
            raise InvalidArguments(f"{self._name}() has no parameter {name!r}; it has: {', '.join(self._parameters)}")
