"""Where processes and clients are put together and started."""
