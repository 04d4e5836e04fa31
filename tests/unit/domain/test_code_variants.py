"""Which task functions workers have in more than one version of their code."""

from fastworker.domain.code_variants import CodeVariants

OLD = (("resize", "1"), ("send", "1"))
NEW = (("resize", "2"), ("send", "1"))


def test_workers_with_the_same_code_do_not_differ() -> None:
    variants = CodeVariants()
    variants.add(OLD)
    variants.add(OLD)
    assert variants.differing(OLD) == []


def test_both_sides_are_told_which_functions_differ() -> None:
    variants = CodeVariants()
    variants.add(OLD)
    variants.add(NEW)
    assert variants.differing(OLD) == variants.differing(NEW) == ["resize"]
    assert variants.differing((("send", "1"),)) == []


def test_a_difference_is_over_when_the_last_worker_of_one_side_is_gone() -> None:
    variants = CodeVariants()
    for each in (OLD, OLD, NEW):
        variants.add(each)
    variants.remove(OLD)
    assert variants.differing(NEW) == ["resize"]
    variants.remove(OLD)
    assert variants.differing(NEW) == []


def test_nothing_is_kept_of_workers_that_are_gone() -> None:
    variants = CodeVariants()
    variants.add(OLD)
    variants.add(NEW)
    variants.remove(OLD)
    variants.remove(NEW)
    assert (variants._of, variants._differing) == ({}, set())
