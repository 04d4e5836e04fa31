"""Example tasks that do real work on the real files in `files/`: pictures, texts, server logs, a folder.

Paths go in and small dataclasses come out: the files stay on the disk, because a task queue carries messages,
not cargo. Each task may run twice without harm, since it only writes files whose names follow from its
arguments. `str()` of a result is one short line for a person.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import anyio
from PIL import Image, ImageOps

from fastworker import task

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small copy of a picture: where it lies, its size in pixels and in bytes."""

    path: Path
    width: int
    height: int
    size_bytes: int

    def __str__(self) -> str:
        return f"{self.path.name}, {self.width} x {self.height}, {self.size_bytes / 1000:.1f} kB"


@task
def make_thumbnail(image: Path, width: int, into: Path) -> Thumbnail:
    """Write a JPEG copy of `image`, at most `width` pixels wide, into the folder `into`.

    Pictures that a camera stored sideways are turned upright; a picture smaller than `width` keeps its size.
    """
    into.mkdir(parents=True, exist_ok=True)
    copy = into / f"{image.stem}_{width}.jpg"
    with Image.open(image) as original:
        picture = ImageOps.exif_transpose(original).convert("RGB")
    picture.thumbnail((width, width * 3), Image.Resampling.LANCZOS)
    picture.save(copy, quality=85)
    return Thumbnail(copy, *picture.size, size_bytes=copy.stat().st_size)


@dataclass(frozen=True, slots=True)
class WordCount:
    """How many words a text has, how many different ones, and the most common, most frequent first."""

    total: int
    distinct: int
    most_common: list[tuple[str, int]]

    def __str__(self) -> str:
        favourites = ", ".join(f"{word} {times}" for word, times in self.most_common[:3])
        return f"{self.total} words, {self.distinct} different: {favourites}"


@task
def count_words(text: Path) -> WordCount:
    """Count the words of a UTF-8 text in any language, without regard to upper and lower case."""
    counted = Counter(WORD.findall(text.read_text(encoding="utf-8").casefold()))
    return WordCount(counted.total(), len(counted), counted.most_common(5))


@dataclass(frozen=True, slots=True)
class TreeChecksum:
    """One SHA-256 over the names and contents of all files below a folder."""

    sha256: str
    files: int
    size_bytes: int

    def __str__(self) -> str:
        return f"{self.sha256[:12]} over {self.files} files, {self.size_bytes / 1000:.1f} kB"


@task
def checksum_tree(folder: Path) -> TreeChecksum:
    """Return the checksum of a folder: equal on every machine that holds equal files under equal names.

    Only names relative to `folder` and contents count, in the order of the names; times and owners do not.

    Raises:
        NotADirectoryError: there is no such folder.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is not a folder; name the one that holds the files")
    whole, sizes = hashlib.sha256(), []
    for name, file in sorted(_files_below(folder)):
        content = file.read_bytes()
        whole.update(f"{name}\0{len(content)}\0".encode())
        whole.update(content)
        sizes.append(len(content))
    return TreeChecksum(whole.hexdigest(), files=len(sizes), size_bytes=sum(sizes))


def _files_below(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield each file with its name relative to `folder`, in no particular order."""
    return ((file.relative_to(folder).as_posix(), file) for file in folder.rglob("*") if file.is_file())


@dataclass(frozen=True, slots=True)
class LogSummary:
    """What some server logs say in short: lines, lines of each level, the slowest request in milliseconds."""

    lines: int
    by_level: dict[str, int]
    slowest_ms: int
    slowest_request: str

    def __str__(self) -> str:
        errors, warnings = self.by_level.get("ERROR", 0), self.by_level.get("WARNING", 0)
        slowest = f"{self.slowest_request} took {self.slowest_ms} ms"
        return f"{self.lines} lines, {errors} errors, {warnings} warnings, {slowest}"


@task(priority="high")
async def summarise_logs(logs: list[Path]) -> LogSummary:
    """Read all the logs at the same time and sum them up.

    A line reads `2026-03-02T07:03:15Z INFO 56 ms POST /basket 200`; empty logs make an empty summary.
    """
    texts: list[str] = []

    async def read(log: Path) -> None:
        texts.append(await anyio.Path(log).read_text(encoding="utf-8"))

    async with anyio.create_task_group() as readers:
        for log in logs:
            readers.start_soon(read, log)
    return _summary([line.split() for text in texts for line in text.splitlines()])


def _summary(lines: list[list[str]]) -> LogSummary:
    by_level = Counter(level for _, level, *_ in lines)
    requests = ((int(took), f"{method} {path}") for _, _, took, _, method, path, *_ in lines)
    slowest_ms, slowest_request = max(requests, default=(0, "nothing"))
    return LogSummary(len(lines), dict(by_level), slowest_ms, slowest_request)
