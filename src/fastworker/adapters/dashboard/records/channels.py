"""The ends of the transport."""

from fastworker.application.channels import Channel as Open

from ..models.system import Channel


def channel_record(channel: Open) -> Channel:
    """Return an end as it is now."""
    traffic = channel.traffic
    return Channel(
        role=channel.role.value,
        address=channel.address,
        connections=channel.connections,
        received=traffic.received,
        received_bytes=traffic.received_bytes,
        sent=traffic.sent,
        sent_bytes=traffic.sent_bytes,
        under_way=channel.under_way,
        held=channel.held,
        leaving=channel.leaving,
        bad_frames=channel.bad_frames,
    )
