"""What telemetry costs while it is off: the sources as they are, beside the same sources without any tracing."""
