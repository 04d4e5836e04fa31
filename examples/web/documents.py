"""The task module of the web applications beside it: what to do with a text that somebody has sent."""

import asyncio
import re
from collections import Counter
from typing import TypedDict

from fastworker import current_task, task

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


class Words(TypedDict):
    """How many words a text has, and the most common of them."""

    total: int
    most_common: list[str]


@task
def count_words(text: str, most: int = 3) -> Words:
    """Count the words of a text in any language, without regard to upper and lower case."""
    counted = Counter(WORD.findall(text.casefold()))
    return Words(total=counted.total(), most_common=[word for word, _ in counted.most_common(most)])


@task(priority="high")
async def read_slowly(text: str, pause: float = 0.5) -> int:
    """Read a text paragraph by paragraph, say how far it has come, and return the number of paragraphs."""
    paragraphs = [paragraph for paragraph in text.split("\n\n") if paragraph.strip()]
    for number, paragraph in enumerate(paragraphs, start=1):
        current_task().progress(number, len(paragraphs), " ".join(paragraph.split()[:5]))
        await asyncio.sleep(pause)
    return len(paragraphs)
