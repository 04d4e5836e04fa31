"""The comparison of two commits: its arithmetic, its order, and the trees and arguments that it refuses."""

import subprocess
from pathlib import Path

import pytest

from benchmarks.comparison.__main__ import main
from benchmarks.comparison.ratios import Comparison, Reading, compared
from benchmarks.comparison.trees import WORKTREE, NotComparable, check_nothing_forgotten, commit_of, copy_of
from benchmarks.comparison.turns import turns


def a_comparison(a: list[float], b: list[float], *, is_higher_better: bool = False) -> Comparison:
    return Comparison("cost", "µs", is_higher_better, tuple(a), tuple(b))


def test_the_ratio_is_the_median_of_the_ratios_of_pairs() -> None:
    comparison = a_comparison([10, 20, 40, 10, 10], [10, 22, 48, 13, 14])

    assert comparison.ratios == [1.0, 1.1, 1.2, 1.3, 1.4]
    assert comparison.ratio == 1.2
    assert comparison.quartiles == pytest.approx((1.1, 1.3))
    assert comparison.spread == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("b", "is_higher_better", "verdict"),
    [
        ([10.1, 9.9, 10.2], False, ""),
        ([12.0, 12.1, 12.2], False, "WORSE"),
        ([12.0, 12.1, 12.2], True, "better"),
        ([8.0, 8.1, 8.2], False, "better"),
        ([8.0, 8.1, 8.2], True, "WORSE"),
        ([10.0, 11.0, 14.0], False, ""),
    ],
    ids=["same", "dearer", "faster", "cheaper", "slower", "too noisy to tell"],
)
def test_what_changed_by_more_than_the_spread_is_marked(b: list[float], is_higher_better: bool, verdict: str) -> None:
    assert a_comparison([10, 10, 10], b, is_higher_better=is_higher_better).verdict == verdict


def test_a_loss_counts_beyond_its_spread() -> None:
    steady, noisy = a_comparison([10, 10, 10], [11, 11, 11]), a_comparison([10, 10, 10], [10.4, 11, 11.6])

    assert steady.is_worse_by(5)
    assert not steady.is_worse_by(11)
    assert not noisy.is_worse_by(5)
    assert not a_comparison([10, 10, 10], [5, 5, 5]).is_worse_by(5)


def test_runs_are_put_together_by_figure() -> None:
    first = ([Reading("x", 1, "s"), Reading("y", 2, "B")], [Reading("x", 3, "s"), Reading("y", 4, "B")])
    second = ([Reading("x", 5, "s"), Reading("y", 6, "B")], [Reading("x", 7, "s"), Reading("y", 8, "B")])

    x, y = compared([first, second])

    assert (x.name, x.a, x.b) == ("x", (1, 5), (3, 7))
    assert (y.name, y.a, y.b) == ("y", (2, 6), (4, 8))


def test_no_tree_always_comes_first() -> None:
    assert list(turns("A", "B", 4)) == [("A", "B"), ("B", "A"), ("A", "B"), ("B", "A")]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit, which has a src/fastworker."""
    folder = tmp_path / "repository"
    (folder / "src/fastworker").mkdir(parents=True)
    (folder / "src/fastworker/__init__.py").write_text("AGE = 1\n")
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message=first"]):
        who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *command], cwd=folder, check=True)
    return folder


def test_a_commit_is_known_by_any_of_its_names(repository: Path) -> None:
    commit = commit_of("HEAD", repository)

    assert len(commit) == 40
    assert commit_of(commit[:8], repository) == commit
    assert commit_of(WORKTREE, repository) == WORKTREE


@pytest.mark.parametrize("name", ["no-such-branch", "HEAD~1", "--all", ""])
def test_a_name_without_a_commit_is_refused(name: str, repository: Path) -> None:
    with pytest.raises(NotComparable, match="there is no commit"):
        commit_of(name, repository)


def test_a_change_that_would_be_left_out_is_refused(repository: Path) -> None:
    head = commit_of("HEAD", repository)
    check_nothing_forgotten((head, head), repository)
    (repository / "src/fastworker/__init__.py").write_text("AGE = 2\n")

    check_nothing_forgotten((head, WORKTREE), repository)
    with pytest.raises(NotComparable, match="name WORKTREE instead of HEAD"):
        check_nothing_forgotten((head, head), repository)


def test_a_copy_has_the_sources_of_its_commit_or_those_of_now(repository: Path, tmp_path: Path) -> None:
    (repository / "src/fastworker/__init__.py").write_text("AGE = 2\n")

    committed = copy_of(commit_of("HEAD", repository), repository, tmp_path / "a")
    present = copy_of(WORKTREE, repository, tmp_path / "b")

    assert (committed / "fastworker/__init__.py").read_text() == "AGE = 1\n"
    assert (present / "fastworker/__init__.py").read_text() == "AGE = 2\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["HEAD"], "the following arguments are required: B"),
        (["HEAD", "HEAD", "--runs", "2"], "--runs is 2; a spread needs 3 or more"),
        (["HEAD", "HEAD", "--only", "memory,luck"], "no measurement named luck; there are throughput, map"),
        (["HEAD", "HEAD", "--fail-above", "-1"], "--fail-above is -1; expected 0 or more percent"),
    ],
)
def test_a_mistaken_argument_is_named(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)

    assert message in capsys.readouterr().err


def test_an_unknown_commit_ends_it_with_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no-such-branch", WORKTREE]) == 2

    assert capsys.readouterr().err.count("\n") == 1
