"""Traces, metrics and logs of real processes."""
