"""The kinds of values that the tests of payloads send."""

import enum
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


@dataclass
class Parcel:
    name: str
    content: bytes = b""
    weight: float = 0.0
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frozen:
    price: Decimal
    where: Path
    parcels: list[Parcel] = field(default_factory=list)


class Model(BaseModel):
    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64", ser_json_inf_nan="constants")

    name: str = ""
    content: bytes = b""
    weight: float = 0.0
    inner: "Model | None" = None


class Aliased(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)

    first_name: str
    postal_code: int = Field(alias="zip")


class ByEitherName(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, validate_by_alias=True)

    first_name: str


@dataclass
class Box:
    items: list[Any]


@dataclass
class Item:
    handle: Any = None
