"""The sources of a commit, copied out of the repository, so that two of them can be measured in turns."""

import compileall
import io
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

WORKTREE = "WORKTREE"
"""Names the tree as it is, with what is not committed."""


class NotComparable(Exception):
    """A name stands for no tree that can be measured; the text is for the user."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A copy of `src`, and what it is called in the table."""

    name: str
    src: Path


def commit_of(name: str, repository: Path) -> str:
    """Return the full id of the commit that a name stands for; `WORKTREE` stands for itself.

    Raises:
        NotComparable: there is no such commit, or it has no src/fastworker.
    """
    if name == WORKTREE:
        return WORKTREE
    try:
        commit = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        _git(repository, "cat-file", "-e", f"{commit.decode().strip()}:src/fastworker")
    except FileNotFoundError as error:
        raise NotComparable("git is not installed here, and commits are read with it") from error
    except subprocess.CalledProcessError as error:
        missing = "no commit" if "rev-parse" in error.cmd else "no src/fastworker in commit"
        raise NotComparable(f"there is {missing} {name!r} in {repository}; or name {WORKTREE}") from error
    return commit.decode().strip()


def check_nothing_forgotten(commits: tuple[str, str], repository: Path) -> None:
    """Refuse to measure HEAD while its sources are being changed: whoever asks may think that the changes count.

    Raises:
        NotComparable: src has changes that are not committed, HEAD is compared, and the tree as it is is not.
    """
    if WORKTREE in commits or commit_of("HEAD", repository) not in commits:
        return
    if _git(repository, "status", "--porcelain", "--", "src").strip():
        raise NotComparable(f"src has changes that HEAD does not have: commit them, or name {WORKTREE} instead of HEAD")


def copy_of(commit: str, repository: Path, folder: Path) -> Path:
    """Copy the sources of a commit, or of the tree as it is now, into a folder; return where they are.

    An archive and no `git worktree`: it leaves nothing in the repository, however this ends.
    """
    if commit == WORKTREE:
        shutil.copytree(repository / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    else:
        with tarfile.open(fileobj=io.BytesIO(_git(repository, "archive", commit, "src"))) as archive:
            archive.extractall(folder, filter="data")
    compileall.compile_dir(folder / "src", quiet=2)  # or the first run of each would do it
    return folder / "src"


def _git(repository: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=repository, check=True, capture_output=True).stdout
