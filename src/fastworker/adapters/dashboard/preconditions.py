"""`If-Match`: a change is made only to what somebody has seen.

What is compared is the `version` of a record, which stands for what can be changed of it; its numbers change all the
time.
"""

from typing import Annotated

from litestar.params import HeaderParameter

from .conditional import has_tag
from .problem_kinds import CHANGED_MEANWHILE
from .problems import ApiProblem

IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", max_length=500, description="`version`, in double quotes: change only that."),
]


def check_version(if_match: str | None, version: str) -> None:
    """Refuse a change of what is another than was seen; raises `ApiProblem`."""
    if if_match is not None and not has_tag(if_match, f'"{version}"'):
        raise ApiProblem(CHANGED_MEANWHILE, f"it is at version {version} by now; look again")
