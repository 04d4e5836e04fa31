"""Where the processor time goes under load, process by process: `python -m benchmarks.profile`."""
