"""The committed page is the one that ui/ makes. Neither Node nor the browser is needed to know it."""

import json
import re
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]


def the_script() -> ModuleType:
    loader = SourceFileLoader("build_ui", str(ROOT / "scripts" / "build-ui"))
    spec = spec_from_loader("build_ui", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


BUILD = the_script()


def test_the_page_was_built_from_the_sources_as_they_are() -> None:
    recorded = json.loads((BUILD.BUILT / "build.json").read_text(encoding="utf-8"))
    assert recorded == BUILD.record(), "ui/ has changed since: run scripts/build-ui and commit what it writes"


def test_a_changed_added_or_renamed_file_changes_the_hash(tmp_path: Path) -> None:
    (tmp_path / "a.ts").write_text("1")

    def digest() -> str:
        return str(BUILD.digest(sorted(tmp_path.iterdir()), tmp_path))

    seen = [digest()]
    (tmp_path / "a.ts").write_text("2")
    seen.append(digest())
    (tmp_path / "b.ts").write_text("2")
    seen.append(digest())
    (tmp_path / "b.ts").rename(tmp_path / "c.ts")
    seen.append(digest())
    assert len(set(seen)) == 4


def test_the_page_says_where_it_lives_in_exactly_one_place() -> None:
    page = (BUILD.BUILT / "index.html").read_text(encoding="utf-8")
    assert page.count('<base href="/">') == 1
    assert re.findall(r'(?:src|href)="(?!\./)', page.replace('<base href="/">', "")) == []


def test_the_page_has_no_inline_script_or_style() -> None:
    page = (BUILD.BUILT / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page) == []


@pytest.mark.parametrize("path", BUILD.built(), ids=lambda path: path.name)
def test_the_page_asks_nobody_but_its_own_server(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    hosts = set(re.findall(r"(?:https?:)?//([a-z0-9-]+(?:\.[a-z0-9-]+)+)", text))
    assert hosts <= {"www.w3.org"}  # names of XML, which nobody asks


def test_the_sources_write_no_markup_of_strings() -> None:
    sources = [path for path in BUILD.sources() if path.suffix in {".ts", ".tsx"}]
    words = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write|\beval\(|new Function\("
    )
    assert [path.name for path in sources if words.search(path.read_text(encoding="utf-8"))] == []
    assert len(sources) > 50


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((BUILD.SOURCES / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []


def test_the_lock_file_names_versions_and_no_addresses() -> None:
    lock = BUILD.LOCK.read_text(encoding="utf-8")
    assert '"integrity"' in lock
    assert "://" not in lock, "run scripts/build-ui: it leaves them out"
