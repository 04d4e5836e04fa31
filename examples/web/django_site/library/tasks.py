"""The tasks of the application: Django's own, and one of FastWorker's."""

from collections import Counter

from django.tasks import TaskContext, task

from fastworker import task as fastworker_task


@task(priority=10)
def count_words(text: str, most: int = 3) -> dict[str, object]:
    """Count the words of a text."""
    counted = Counter(text.casefold().split())
    return {"total": counted.total(), "most_common": [word for word, _ in counted.most_common(most)]}


@task(queue_name="letters", takes_context=True)
async def write_letter(context: TaskContext, name: str) -> str:
    """Write a letter."""
    if not name:
        raise ValueError("a letter needs a name")
    return f"Dear {name}, this is attempt {context.attempt}."


@fastworker_task
def shout(text: str) -> str:
    """Return a text in capitals."""
    return text.upper()
