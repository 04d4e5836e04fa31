"""Real processes, sockets and signals, on free ports of the loopback interface."""
