"""How the Coordinator's cost per task grows with what stands around it: `python -m benchmarks.growth`."""
