"""What the system does: ports, messages, the Coordinator, and the long-lived roles around it."""
