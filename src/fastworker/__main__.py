"""`python -m fastworker` is the command `fastworker`."""

from fastworker.entrypoints.cli import main

if __name__ == "__main__":
    main()
