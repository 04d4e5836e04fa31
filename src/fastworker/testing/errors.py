"""How a test fails that expected something else of its system: as an assertion, with what there was instead."""


class NotSubmitted(AssertionError):
    """No submission was as the test expected it; the message lists those that there were."""


class StillWaiting(AssertionError):
    """What should have ended waits or runs, and nothing will end it unless the test does; the message lists it."""


class FaultUnused(AssertionError):
    """A test asked for a run to fail, and it never took place."""
