"""Submissions that leave together. Batches form by themselves: while one is under way, the next collects."""

from dataclasses import replace
from typing import Any

from fastworker.domain.errors import FastWorkerError

from .announcement import Announcement
from .handle import TaskHandle
from .messages import BATCH_BYTES, BATCH_ENTRIES, SubmitEntry


class SubmissionBatch:
    """Entries of one `Submit`, and whether they were accepted."""

    def __init__(self, opened_at: float) -> None:
        self.opened_at = opened_at
        self.entries: list[SubmitEntry] = []
        self.payloads: list[bytes] = []
        self.handles: list[TaskHandle[Any]] = []
        self._size = 0
        self._has_times = False
        self._settlement = Announcement()
        self._errors: dict[int, FastWorkerError] = {}
        self._error: FastWorkerError | None = None

    def has_room(self, payload: bytes) -> bool:
        """True when one more entry fits."""
        entries = len(self.entries)
        return entries == 0 or (entries < BATCH_ENTRIES and self._size + len(payload) <= BATCH_BYTES)

    def add(self, entry: SubmitEntry, payload: bytes, handle: TaskHandle[Any]) -> int:
        """Add an entry and return its index."""
        self.entries.append(entry)
        self.payloads.append(payload)
        self.handles.append(handle)
        self._size += len(payload)
        self._has_times = self._has_times or entry.terms is not None
        return len(self.entries) - 1

    def entries_at(self, now: float) -> list[SubmitEntry]:
        """Return the entries as they are to be sent now: what was asked for a while ago is due, and expires, sooner."""
        if not self._has_times:
            return self.entries
        waited = now - self.opened_at
        return [replace(entry, terms=entry.terms.after(waited)) if entry.terms else entry for entry in self.entries]

    def settle(self, errors: dict[int, FastWorkerError]) -> None:
        """Say that every entry was accepted but those with an error."""
        self._errors = errors
        self._settlement.make()

    def fail(self, error: FastWorkerError) -> None:
        """Say that it is not known of any entry that it was accepted."""
        self._error = error
        self._settlement.make()

    async def settled(self) -> None:
        """Wait until it is known which entries were accepted."""
        await self._settlement.heard()

    async def accepted(self, index: int) -> None:
        """Wait until the batch is settled; raises the error of this entry, if any."""
        await self._settlement.heard()
        error = self.error_at(index)
        if error is not None:
            raise error

    def error_at(self, index: int) -> FastWorkerError | None:
        """Return why the entry was not accepted; None if it was."""
        return self._error or self._errors.get(index)
