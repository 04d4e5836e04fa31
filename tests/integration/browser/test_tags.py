"""Tags on the page: tasks are found by them, they are shown, given, and kept."""

from typing import Any

import pytest

from fastworker.application.task_options import submit_options
from tests.integration.waiting import until

from .conftest import Dashboard, OpenSight, dashboards
from .sight import Sight
from .test_accessibility import THEMES, change_theme, faults, with_axe

TAGS: tuple[tuple[str, ...], ...] = (("tenant:acme", "nightly"), ("tenant:acme",), ("tenant:other", "two words"), ())


@pytest.fixture(scope="module")
def tagged(standing_processes: Any) -> Dashboard:
    """A dashboard with some tasks that have tags, and one that has none."""
    started = dashboards(standing_processes)()
    with started.system.sync_client() as client:
        for number, tags in enumerate(TAGS):
            options = submit_options(tags=tags or None)
            client.submit("send_receipt", (number, "a@example.org"), {}, options).get(timeout=60)
    return started


def rows(page: Sight) -> int:
    return page.page.locator("table.data tbody tr").count()


def has_rows(page: Sight, number: int) -> None:
    page.wait_until(lambda _: rows(page) == number, f"{number} rows")


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_tasks_are_found_by_a_tag(tagged: Dashboard, sight: OpenSight, way: str) -> None:
    page = sight(tagged, "tasks?name=send_receipt")
    has_rows(page, 4)
    if way == "mouse":
        page.page.get_by_label("Filter by tag").select_option("tenant:acme")
    else:
        page.keys("/")
        page.page.keyboard.type("tag:tenant:a")
        page.page.get_by_role("listbox", name="What fits").get_by_role("option", name="tenant:acme").wait_for()
        page.keys("ArrowDown", "Enter")
    has_rows(page, 2)
    assert "tag=tenant%3Aacme" in page.page.url
    assert page.page.get_by_role("combobox", name="Search tasks").input_value() == ""
    page.button("Do not filter by tag tenant:acme")
    has_rows(page, 4)


@pytest.mark.parametrize("words", ["tag:nightly", 'tag:"two words"'])
def test_a_tag_that_is_typed_in_full_is_searched_for(tagged: Dashboard, sight: OpenSight, words: str) -> None:
    page = sight(tagged, "tasks?name=send_receipt")
    page.page.get_by_role("combobox", name="Search tasks").press_sequentially(words)
    has_rows(page, 1)


def test_a_tag_with_blanks_is_offered_while_its_quotes_are_open(tagged: Dashboard, sight: OpenSight) -> None:
    page = sight(tagged, "tasks?name=send_receipt")
    page.keys("/")
    page.page.keyboard.type('tag:"two wo')
    page.page.get_by_role("listbox", name="What fits").get_by_role("option", name="two words").wait_for()
    has_rows(page, 4)  # a value that is not whole finds nothing, and is not searched for
    page.keys("ArrowDown", "Enter")
    has_rows(page, 1)
    assert page.page.get_by_role("combobox", name="Search tasks").input_value() == ""


def show_column(page: Sight) -> None:
    page.page.locator("summary", has_text="Columns").click()
    page.page.get_by_role("checkbox", name="Tags").check()
    page.page.get_by_role("columnheader", name="Tags").wait_for()


def test_axe_finds_nothing_serious_in_tags(tagged: Dashboard, sight: OpenSight) -> None:
    page = with_axe(sight(tagged, None))
    page.open_all("tasks?name=send_receipt&tag=nightly")
    show_column(page)
    for theme in THEMES:
        change_theme(page, theme)
        assert faults(page) == [], theme


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
def test_a_column_shows_the_tags_and_each_leads_to_its_tasks(tagged: Dashboard, sight: OpenSight, way: str) -> None:
    page = sight(tagged, "tasks?name=send_receipt")
    has_rows(page, 4)
    assert page.page.get_by_role("columnheader", name="Tags").count() == 0
    show_column(page)
    tag = page.page.get_by_role("link", name="nightly")
    if way == "mouse":
        tag.click()
    else:
        tag.focus()
        page.keys("Enter")
    has_rows(page, 1)
    assert page.page.url.endswith("/tasks?tag=nightly")


def test_a_tag_on_the_page_of_a_task_leads_to_all_that_have_it(tagged: Dashboard, sight: OpenSight) -> None:
    [task] = tagged.ask("tasks?tag=nightly")["items"]
    page = sight(tagged, f"tasks/{task['id']}")
    page.page.locator(".facts").get_by_role("link", name="tenant:acme").click()
    has_rows(page, 2)


def test_tags_are_given_in_a_form_and_kept_when_the_task_runs_again_edited(
    steered: Dashboard, sight: OpenSight
) -> None:
    page = sight(steered, "functions/charge_card")
    page.page.get_by_label("order_id").first.fill("7")
    page.page.get_by_label("cents").first.fill("200")
    page.page.get_by_label("Tags, one a line").fill("tenant:form\n" + "x" * 101)
    page.button("Submit")
    page.see("at most 100 characters each")
    page.page.get_by_label("Tags, one a line").fill("tenant:form\ntwo words\n")
    page.button("Submit")
    until(lambda: len(found(steered)) == 1, what="the task")
    [task] = found(steered)
    assert task["tags"] == ["tenant:form", "two words"]
    until(lambda: found(steered)[0]["finished_at"], what="its end")
    page.open(f"tasks/{task['id']}")
    page.page.locator(".facts .tag", has_text="two words").wait_for()
    page.keys("e")
    field = page.page.get_by_role("dialog").get_by_label("Tags, one a line")
    assert field.input_value() == "tenant:form\ntwo words"
    field.fill("tenant:form\nedited")
    page.answer("Run as a new task")
    until(lambda: len(found(steered)) == 2, what="the new task")
    assert found(steered)[0]["tags"] == ["tenant:form", "edited"]


def found(dashboard: Dashboard) -> Any:
    return dashboard.ask("tasks?tag=tenant:form")["items"]
