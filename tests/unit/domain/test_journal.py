from fastworker.domain.journal import OTHERS_KEPT, Journal, LogLine, Progress, Step
from fastworker.domain.lifecycle import TaskStatus

LINE = LogLine("info", "log", "text")


def test_a_new_journal_holds_nothing():
    journal = Journal(lines_kept=3)

    assert (journal.last, journal.after(0)) == (0, [])


def test_steps_of_all_kinds_are_numbered_together_from_1():
    journal = Journal(lines_kept=3)
    journal.add(at=1.0, attempt=1, status=TaskStatus.RUNNING)
    journal.add(at=2.0, attempt=1, line=LINE)
    journal.add(at=3.0, attempt=1, progress=Progress(1.0))

    assert journal.after(0) == [
        Step(1, 1.0, 1, status=TaskStatus.RUNNING),
        Step(2, 2.0, 1, line=LINE),
        Step(3, 3.0, 1, progress=Progress(1.0)),
    ]
    assert [step.number for step in journal.after(2)] == [3]
    assert journal.after(3) == journal.after(99) == []


def test_the_oldest_lines_go_first_and_leave_a_gap_in_the_numbers():
    journal = Journal(lines_kept=2)
    journal.add(at=0.0, attempt=1, status=TaskStatus.RUNNING)
    for _ in range(5):
        journal.add(at=0.0, attempt=1, line=LINE)

    assert [step.number for step in journal.after(0)] == [1, 5, 6]
    assert journal.last == 6


def test_the_oldest_of_the_others_go_first_and_lines_stay():
    journal = Journal(lines_kept=2)
    journal.add(at=0.0, attempt=1, line=LINE)
    for number in range(OTHERS_KEPT + 5):
        journal.add(at=0.0, attempt=1, progress=Progress(float(number)))

    numbers = [step.number for step in journal.after(0)]
    assert numbers == [1, *range(7, OTHERS_KEPT + 7)]


def test_a_journal_that_keeps_no_lines_counts_them():
    journal = Journal(lines_kept=0)
    journal.add(at=0.0, attempt=1, line=LINE)

    assert (journal.last, journal.after(0)) == (1, [])
