"""Every provider of the container is built, and fits what it is declared to give and what it is given."""

import ast
import inspect
from collections.abc import Callable
from typing import Any, TypeAliasType, get_args, get_origin, get_type_hints

import pytest
from dependency_injector import providers
from dependency_injector.errors import Error

from fastworker.adapters.executors import ChildSurroundings
from fastworker.adapters.log_sink import LogSink
from fastworker.application.control_plane import ControlPlane, ControlPlaneConfig
from fastworker.application.limits import Limits
from fastworker.application.several_sinks import SeveralSinks
from fastworker.application.subworker import Subworker, SubworkerConfig
from fastworker.application.task_registry import TaskRegistry
from fastworker.domain.ledger import Ledger
from fastworker.entrypoints import container as module
from fastworker.entrypoints import watched_container as watched_module
from fastworker.entrypoints.container import Container, new_token
from fastworker.entrypoints.watched_container import WatchedContainer, watched_container

PARTS = {
    "control_plane_config": ControlPlaneConfig(
        epoch="e1",
        version="1",
        client_address="tcp://127.0.0.1:0",
        worker_address="tcp://127.0.0.1:0",
        discovery_address="tcp://127.0.0.1:0",
        local_address="inproc://local",
    ),
    "limits": Limits(),
    "ledger": Ledger(),
    "subworker_config": SubworkerConfig(
        worker_id="w1",
        version="1",
        slots=3,
        control_plane_address=None,
        discovery_address="tcp://127.0.0.1:0",
    ),
    "registry": TaskRegistry(),
    "child_surroundings": ChildSurroundings("json:loads", {"s": "1"}),
}
BUILT = [name for name in WatchedContainer.providers if name not in PARTS]


@pytest.fixture
def container() -> Any:
    """A container that was given everything that a process brings."""
    return watched_container(**PARTS)


def annotations() -> dict[str, str]:
    """Return the text of each annotation: `providers.Provider[Clock]` forgets its parameter at run time."""
    bodies = [ast.parse(inspect.getsource(each)).body[0] for each in (Container, WatchedContainer)]
    lines = [line for body in bodies if isinstance(body, ast.ClassDef) for line in body.body]
    noted = [line for line in lines if isinstance(line, ast.AnnAssign)]
    return {ast.unparse(line.target): ast.unparse(line.annotation) for line in noted}


def fits(value: object, annotation: Any) -> bool:
    """Tell whether a value is what an annotation says: an instance of a class, or something to call."""
    if isinstance(annotation, TypeAliasType):
        annotation = annotation.__value__
    origin = get_origin(annotation) or annotation
    is_something_to_call = origin is Callable or getattr(origin, "_is_protocol", False)
    return callable(value) if is_something_to_call else isinstance(value, origin)


@pytest.mark.parametrize("name", BUILT)
def test_every_provider_says_what_it_gives_and_gives_it(container: Any, name: str) -> None:
    kind, _, provided = annotations()[name].removesuffix("]").partition("[")
    assert kind == "providers.Provider"
    assert fits(getattr(container, name)(), eval(provided, vars(module) | vars(watched_module)))


@pytest.mark.parametrize("name", BUILT)
def test_every_provider_is_given_what_the_signature_of_its_class_asks_for(container: Any, name: str) -> None:
    provider = getattr(container, name)
    if isinstance(provider, providers.Object):
        return
    bound = inspect.signature(provider.cls).bind(*provider.args, **provider.kwargs)
    is_function = inspect.isfunction(provider.cls)
    hints = get_type_hints(provider.cls if is_function else provider.cls.__init__)
    for parameter, source in bound.arguments.items():
        hint = hints[parameter]
        options = get_args(hint) if type(None) in get_args(hint) else (hint,)
        for value in [each() for each in source] if isinstance(source, tuple) else [source()]:
            assert any(fits(value, option) for option in options), f"{parameter} of {name} is given {value!r}"


@pytest.mark.parametrize("name", BUILT)
def test_one_container_gives_one_object_each_time(container: Any, name: str) -> None:
    assert getattr(container, name)() is getattr(container, name)()


def test_two_containers_share_nothing_that_has_a_state(container: Any) -> None:
    other = Container(**PARTS)
    for name in ("coordinator", "control_plane", "subworker", "attempts", "transport", "jitter"):
        assert getattr(container, name)() is not getattr(other, name)()


def test_a_control_plane_needs_nothing_of_a_subworker_and_the_other_way_round() -> None:
    for_control_plane = {name: PARTS[name] for name in ("control_plane_config", "limits", "ledger")}
    assert isinstance(Container(**for_control_plane).control_plane(), ControlPlane)
    for_subworker = {name: PARTS[name] for name in ("subworker_config", "registry")}
    assert isinstance(Container(**for_subworker).subworker(), Subworker)


def test_a_subworker_that_leaves_its_modules_to_the_control_plane_has_no_registry() -> None:
    assert isinstance(Container(subworker_config=PARTS["subworker_config"], registry=None).subworker(), Subworker)


def test_a_part_that_is_missing_or_of_another_kind_is_an_error() -> None:
    with pytest.raises(Error, match="limits"):
        Container(control_plane_config=PARTS["control_plane_config"], ledger=Ledger()).control_plane()
    with pytest.raises(Error, match="Limits"):
        Container(**PARTS | {"limits": 5}).control_plane()


def test_lease_tokens_are_many_and_fit_into_63_bits() -> None:
    tokens = {new_token() for _ in range(1_000)}
    assert len(tokens) == 1_000
    assert all(0 <= token < 2**63 for token in tokens)


def test_a_watched_control_plane_tells_the_observatory_and_another_does_not(container: Any) -> None:
    sinks = container.coordinator.kwargs["sink"]()
    assert isinstance(sinks, SeveralSinks)
    assert isinstance(Container(**PARTS).coordinator.kwargs["sink"](), LogSink)
