"""Two commits measured side by side: `benchmarks/compare A B`."""
