"""`benchmarks.work` as tasks of FastWorker: one module for each way to run them."""
