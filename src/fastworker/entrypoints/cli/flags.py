"""Command line flags made from the fields of a settings class, so that no setting is written twice."""

from collections.abc import Callable
from enum import EnumType
from typing import Any, Literal, get_args, get_origin

import click
from pydantic.fields import FieldInfo

from fastworker.entrypoints.settings import ProcessSettings, flag_of

type Command = Callable[..., Any]

METAVARS = {
    "dashboard_allowed_host": "HOST",
    "dashboard_frame_ancestors": "ORIGIN",
    "dashboard_redact": "NAME",
    "dashboard_trusted_proxy": "NETWORK",
    "label": "KEY=VALUE",
}
"""What stands for a value of the settings that are lists and no modules."""


def settings_flags(settings: type[ProcessSettings]) -> Callable[[Command], Command]:
    """Return a decorator that gives a command one flag per setting; flags not given are left out of the call."""

    def decorate(command: Command) -> Command:
        for name, field in reversed(settings.model_fields.items()):
            command = _option(name, field)(command)
        return command

    return decorate


def given(flags: dict[str, Any]) -> dict[str, Any]:
    """Return the flags that were given."""
    return {name: value for name, value in flags.items() if value is not None and value != ()}


def _option(name: str, field: FieldInfo) -> Callable[[Command], Command]:
    flag = flag_of(name)
    shows_default = field.default_factory is None and field.default not in (None, [], False)
    default = f"  [default: {_text(field.default)}]" if shows_default else ""
    text = f"{field.description}{default}"
    if field.annotation is bool:
        return click.option(flag, name, is_flag=True, default=None, help=text)
    if get_origin(field.annotation) is list:
        return click.option(flag, name, multiple=True, metavar=METAVARS.get(name, "MODULE"), help=text)
    return click.option(flag, name, type=_type(field.annotation), default=None, help=text)


def _type(annotation: Any) -> Any:
    if get_origin(annotation) is Literal:
        return click.Choice(get_args(annotation))
    if isinstance(annotation, EnumType):
        return click.Choice([str(member) for member in annotation])  # type: ignore[var-annotated]
    return annotation if annotation in (int, float) else str


def _text(default: Any) -> str:
    return f"{default:g}" if isinstance(default, float) else str(default)
