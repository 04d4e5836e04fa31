"""Settings, flags, arguments, and the container."""
