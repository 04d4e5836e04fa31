"""The ends of the transport."""

from fastworker.application.transport_ends import TransportEnd as Open

from ..models.system import TransportEnd


def end_record(end: Open) -> TransportEnd:
    """Return an end as it is now."""
    traffic = end.traffic
    return TransportEnd(
        role=end.role.value,
        address=end.address,
        connections=end.connections,
        received=traffic.received,
        received_bytes=traffic.received_bytes,
        sent=traffic.sent,
        sent_bytes=traffic.sent_bytes,
        under_way=end.under_way,
        held=end.held,
        leaving=end.leaving,
        bad_frames=end.bad_frames,
    )
