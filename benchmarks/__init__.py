"""What FastWorker costs, measured: `make bench`, or `python -m benchmarks [NAME ...]`."""
