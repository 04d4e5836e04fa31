from fastworker.domain.text import bounded, text_of


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def test_a_short_text_stays_as_it_is():
    assert bounded("short", 5) == "short"


def test_a_long_text_loses_its_middle_and_says_how_much():
    assert bounded("a" * 50 + "b" * 50, 10) == "aaaaa\n... 90 characters left out ...\nbbbbb"


def test_what_no_encoding_can_carry_is_replaced():
    assert bounded("\ud800!", 10) == "?!"


def test_an_exception_says_its_text_and_one_that_cannot_says_so():
    assert text_of(ValueError("no")) == "no"
    assert text_of(Mute()) == "(its text cannot be shown: RuntimeError)"
