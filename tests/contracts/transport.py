"""What every transport keeps to. Each rule of the port's docstring is a test in one of these parts."""

from .broadcasts import BroadcastContract
from .requests import RequestContract
from .serving import ServingContract
from .strangers import StrangersContract
from .traffic import TrafficContract


class TransportContract(RequestContract, ServingContract, StrangersContract, BroadcastContract, TrafficContract):
    """Everything but the ends of sessions; see closing.py for those."""
