"""Tasks that wait until a test lets them go on, so that no test has to guess how long something takes."""

from pathlib import Path

from .waiting import until


class Gates:
    """A folder in which tasks (see modules/work.py) say that they have started, and look for their gate."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = str(folder)
        self._folder = folder

    def started(self) -> dict[str, int]:
        """Return the names of the tasks that have started, each with the id of its process."""
        return {path.stem: int(path.read_text()) for path in self._folder.glob("*.started")}

    def wait_until_started(self, *names: str, within: float = 10.0) -> dict[str, int]:
        """Wait until these tasks have started, and return which processes run them."""
        until(lambda: set(names) <= set(self.started()), within=within, what=f"start of {names}")
        return self.started()

    def open(self, *names: str) -> None:
        """Let tasks end."""
        for name in names:
            (self._folder / f"{name}.open").touch()

    def order(self) -> list[str]:
        """Return the names that tasks have noted, first to last."""
        notes = self._folder / "notes"
        return notes.read_text().split() if notes.exists() else []
