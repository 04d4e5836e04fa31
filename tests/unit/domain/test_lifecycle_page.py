import runpy
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_page_on_the_life_of_a_task_is_what_the_script_draws():
    script = runpy.run_path(str(ROOT / "scripts" / "draw-lifecycle"))
    page = (ROOT / "docs" / "task-lifecycle.md").read_text(encoding="utf-8")

    assert page == script["page"](), "run scripts/draw-lifecycle"
