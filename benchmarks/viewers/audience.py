"""Some viewers in one process: `python -m benchmarks.viewers.audience PORT VIEWERS`, until its input ends.

Each holds one event stream and asks as the open page does: for the newest tasks once per second, for the functions
every five. Sockets and threads only, so that the viewers themselves take little of the machine. In the end it says how
many events came and how many answers were right.
"""

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from http.client import HTTPConnection

TOPICS = "overview,tasks,workers,queues,errors"
STREAM = f"/api/v1/events?topics={TOPICS}"
QUESTIONS = (("/api/v1/tasks?limit=50", 1.0), ("/api/v1/functions?limit=200", 5.0))
PATIENCE_SECONDS = 20.0


def main(port: int, viewers: int) -> None:
    """Watch until the input ends; print what was seen as JSON."""
    seen: Counter[str] = Counter()
    for number in range(viewers):
        threading.Thread(target=_listen, args=(port, seen), daemon=True).start()
        for path, pace in QUESTIONS:
            threading.Thread(target=_ask, args=(port, path, pace, number / viewers, seen), daemon=True).start()
    sys.stdin.read()
    print(json.dumps(seen))


def _listen(port: int, seen: Counter[str]) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    connection.request("GET", STREAM)
    for line in connection.getresponse():
        seen["events"] += line.startswith(b"data:")


def _ask(port: int, path: str, pace: float, start: float, seen: Counter[str]) -> None:
    time.sleep(pace * start)  # browsers do not ask all at the same moment
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    while True:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        seen["answers" if response.status == 200 else "refusals"] += 1
        time.sleep(pace)


def parse(arguments: Sequence[str]) -> tuple[int, int]:
    """Return the port and the number of viewers."""
    port, viewers = map(int, arguments)
    return port, viewers


if __name__ == "__main__":
    main(*parse(sys.argv[1:]))
