from fastworker.domain.outbox import Outbox


def an_outbox(entries: str) -> Outbox[str]:
    outbox: Outbox[str] = Outbox()
    for entry in entries:
        outbox.add(entry)
    return outbox


def test_a_new_outbox_is_empty():
    outbox = an_outbox("")

    assert (len(outbox), outbox.first(10), outbox.acknowledged) == (0, [], 0)


def test_entries_are_given_oldest_first_and_as_many_as_asked_for():
    outbox = an_outbox("abc")

    assert (outbox.first(2), outbox.first(10)) == (["a", "b"], ["a", "b", "c"])


def test_what_was_given_is_given_again_until_it_is_acknowledged():
    outbox = an_outbox("abc")
    outbox.first(2)
    outbox.acknowledge(2)

    assert (outbox.first(10), outbox.acknowledged) == (["c"], 2)


def test_an_older_acknowledgement_that_comes_late_changes_nothing():
    outbox = an_outbox("abc")
    outbox.acknowledge(2)
    outbox.acknowledge(1)

    assert (outbox.first(10), outbox.acknowledged) == (["c"], 2)


def test_acknowledging_a_number_that_was_never_given_changes_nothing():
    outbox = an_outbox("abc")
    outbox.acknowledge(4)

    assert (outbox.first(10), outbox.acknowledged) == (["a", "b", "c"], 0)


def test_numbers_go_on_after_an_outbox_was_emptied():
    outbox = an_outbox("ab")
    outbox.acknowledge(2)
    outbox.add("c")

    assert (outbox.first(10), outbox.acknowledged) == (["c"], 2)


def test_the_oldest_entry_can_be_given_up_and_leaves_a_gap_in_the_numbers():
    outbox = an_outbox("abc")
    outbox.drop_oldest()

    assert (outbox.first(10), outbox.acknowledged) == (["b", "c"], 1)
