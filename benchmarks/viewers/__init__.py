"""What it costs a control plane to be watched: `python -m benchmarks.viewers`."""
