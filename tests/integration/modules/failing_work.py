"""Tasks that fail with something in their locals, wherever they run."""

from fastworker import task


def divide(dividend: int, divisor: int) -> float:
    return dividend / divisor


@task
def fail_in_a_thread(dividend: int) -> float:
    password = "hunter2"
    return divide(dividend, len(password) - 7)


@task
async def fail_in_the_loop(dividend: int) -> float:
    password = "hunter2"
    return divide(dividend, len(password) - 7)


@task(isolation="process")
def fail_in_a_process(dividend: int) -> float:
    password = "hunter2"
    return divide(dividend, len(password) - 7)
