"""What people do to workers, for tests."""

from fastworker.application.steering import Steering
from fastworker.domain.action import Actor
from fastworker.domain.worker_registry import Worker

from .system import RunningControlPlane

ANN = Actor("ann", "operator", "127.0.0.1")


def resize(control_plane: RunningControlPlane, worker_id: str, slots: int) -> None:
    control_plane.role.steer(lambda steering, now: steering.resize_worker(ANN, worker_id, slots, now=now))


def drain(control_plane: RunningControlPlane, worker_id: str = "w1") -> None:
    control_plane.role.steer(lambda steering, now: steering.drain_worker(ANN, worker_id, now=now))


def shut_down(control_plane: RunningControlPlane, drain_seconds: float) -> None:
    def decide(steering: Steering, now: float) -> None:
        steering.shut_down_worker(ANN, "w1", drain_seconds=drain_seconds, now=now)

    control_plane.role.steer(decide)


def resume(control_plane: RunningControlPlane) -> None:
    control_plane.role.steer(lambda steering, now: steering.resume_worker(ANN, "w1", now=now))


def worker_of(control_plane: RunningControlPlane, worker_id: str = "w1") -> Worker:
    return control_plane.ledger.workers[worker_id]
