"""What an import costs over bare Python, in fresh interpreters: `python -m benchmarks.import_weight`.

The limit for `import fastworker` is 150 ms and 25 MB. What it must not load is a matter of
tests/unit/test_import_weight.py.
"""

import json
import subprocess
import sys
from statistics import median

ROUNDS = 11
STATEMENTS = ("pass", "import fastworker", "from fastworker import Client", "from fastworker import task")
MOST_MILLISECONDS, MOST_MEGABYTES = 150.0, 25.0

_PROGRAM = """
import json, resource, time
began = time.perf_counter()
{}
seconds = time.perf_counter() - began
print(json.dumps([1e3 * seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def weigh(statement: str) -> tuple[float, float]:
    """Return the milliseconds that a statement takes, and the megabytes that its interpreter has held at most."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(statement)], capture_output=True, text=True, check=True
    )
    milliseconds, megabytes = json.loads(done.stdout)
    return milliseconds, megabytes


def main() -> int:
    """Print a table; return 1 when `import fastworker` is too heavy."""
    rounds = [{statement: weigh(statement) for statement in STATEMENTS} for _ in range(ROUNDS)]
    found = {
        statement: tuple(median(each[statement][place] for each in rounds) for place in (0, 1))
        for statement in STATEMENTS
    }
    bare = found["pass"][1]
    for statement in STATEMENTS[1:]:
        milliseconds, megabytes = found[statement]
        print(f"{statement:32} {milliseconds:7.1f} ms {megabytes - bare:7.1f} MB")
    milliseconds, megabytes = found["import fastworker"]
    return int(milliseconds > MOST_MILLISECONDS or megabytes - bare > MOST_MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
