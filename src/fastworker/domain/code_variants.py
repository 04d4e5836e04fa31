"""Which task functions the live workers have in more than one version of their code."""

from collections import Counter
from collections.abc import Iterable

type Digests = Iterable[tuple[str, str]]
"""Of task functions, by name; those of unknown code are left out."""


class CodeVariants:
    """Counts the workers by name and digest, so that looking costs what differs and not what is there."""

    def __init__(self) -> None:
        self._of: dict[str, Counter[str]] = {}
        self._differing: set[str] = set()

    def add(self, digests: Digests) -> None:
        """Count a worker in."""
        for name, digest in digests:
            self._count(name, digest, 1)

    def remove(self, digests: Digests) -> None:
        """Count a worker out that was counted in."""
        for name, digest in digests:
            self._count(name, digest, -1)

    def differing(self, digests: Digests) -> list[str]:
        """Return, of the functions of one worker, those of which another worker has other code, sorted."""
        return sorted(name for name, _ in digests if name in self._differing) if self._differing else []

    def _count(self, name: str, digest: str, number: int) -> None:
        variants = self._of.setdefault(name, Counter())
        variants[digest] += number
        if not variants[digest]:
            del variants[digest]
        if len(variants) > 1:
            self._differing.add(name)
        else:
            self._differing.discard(name)
        if not variants:
            del self._of[name]
