"""What import-linter cannot say: the rest of the layering stands in pyproject.toml."""

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "fastworker"
PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"
FILES = sorted(SOURCE.rglob("*.py"))
LONGEST_FILE = 400
OPEN_TO_THE_DOMAIN = {
    "bisect",
    "collections",
    "dataclasses",
    "datetime",
    "difflib",
    "enum",
    "heapq",
    "math",
    "operator",
    "itertools",
    "typing",
}


def imports_of(path: Path) -> set[str]:
    """Return the packages that a module imports, a relative import as its dots."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level or (node.module or "").partition(".")[0])
    return found


def name_of(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", sorted((SOURCE / "domain").rglob("*.py")), ids=name_of)
def test_the_domain_imports_only_itself_and_plain_values_of_the_standard_library(path):
    assert imports_of(path) <= OPEN_TO_THE_DOMAIN | {"."}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_can_be_read_in_one_sitting(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_annotations_can_be_read_at_run_time(path):
    assert "__future__" not in imports_of(path)


@pytest.mark.parametrize("layer", ["domain", "application"])
def test_the_page_of_the_architecture_names_every_module_and_no_other(layer):
    table = PAGE.read_text(encoding="utf-8").split(f"\n### {layer}/\n")[1].split("\n### ")[0]
    modules = {path.name for path in (SOURCE / layer).glob("*.py")} - {"__init__.py"}
    packages = {f"{path.parent.name}/" for path in (SOURCE / layer).glob("*/__init__.py")}
    assert set(re.findall(r"`(\w+(?:\.py|/))`", table)) == modules | packages
