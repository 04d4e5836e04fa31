from fastworker.domain.directive import NO_DIRECTIVE, Directive
from fastworker.domain.unheard_directives import MOST_KEPT, UnheardDirectives

LEAVE = Directive(3, is_to_leave=True)


def test_what_was_wanted_is_found_for_the_process_that_it_was_wanted_of():
    unheard = UnheardDirectives()
    unheard.keep("w1", "first life", LEAVE)

    assert unheard.find("w1", "first life") is LEAVE
    assert unheard.find("w1", "second life") is NO_DIRECTIVE
    assert unheard.find("w2", "first life") is NO_DIRECTIVE


def test_it_is_forgotten_once():
    unheard = UnheardDirectives()
    unheard.keep("w1", "first life", LEAVE)
    for _ in range(2):
        unheard.forget("w1")

    assert unheard.find("w1", "first life") is NO_DIRECTIVE


def test_only_the_latest_are_kept():
    unheard = UnheardDirectives()
    for number in range(MOST_KEPT + 1):
        unheard.keep(f"w{number}", "first life", LEAVE)

    assert unheard.find("w0", "first life") is NO_DIRECTIVE
    assert unheard.find("w1", "first life") is LEAVE
    assert unheard.find(f"w{MOST_KEPT}", "first life") is LEAVE
