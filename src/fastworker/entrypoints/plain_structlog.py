"""structlog without rich, which it would load for colourful tracebacks: 4 MB and 0.06 s in each process (measured).

For server processes only, and imported by them before anything else loads structlog.
"""

from fastworker.entrypoints.lean_import import leaving_out

with leaving_out("rich"):
    import structlog as structlog
