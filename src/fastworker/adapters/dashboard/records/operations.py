"""Bulk actions and the audit list."""

from fastworker.application.bulk import BulkAction
from fastworker.application.bulk import Operation as DomainOperation
from fastworker.application.observatory.audit_log import AuditEntry as DomainEntry

from ..models.audit import AuditEntry
from ..models.operation import Operation, OperationAction, OperationItem
from ..moments import Moments

API_NAMES: dict[BulkAction, OperationAction] = {
    BulkAction.CANCEL: "cancel",
    BulkAction.RERUN: "retry",
    BulkAction.PURGE: "purge",
    BulkAction.SET_PRIORITY: "priority",
    BulkAction.DELETE: "delete",
}
"""To run a task again as it was is called a retry here, as the button is."""


def operation_record(operation: DomainOperation, moments: Moments, *, with_items: bool = True) -> Operation:
    """Return a bulk action and how far it is; in a list, without what became of each task."""
    items = operation.items if with_items else []
    return Operation(
        id=operation.operation_id,
        action=API_NAMES[operation.action],
        name=operation.name,
        priority=operation.priority,
        state=operation.state.value,
        total=operation.total,
        done=operation.done,
        succeeded=operation.succeeded,
        refused=operation.refused,
        answers=dict(operation.answers),
        created_at=moments.of(operation.created_at),
        finished_at=moments.of(operation.ended_at),
        created_by=operation.actor.name,
        items=[OperationItem(id=item.task_id, outcome=item.outcome, new_id=item.new_task_id) for item in items],
    )


def audit_record(entry: DomainEntry, moments: Moments) -> AuditEntry:
    """Return one thing that was done."""
    action = entry.action
    return AuditEntry(
        id=entry.number,
        at=moments.of(entry.at),
        actor=action.actor.name,
        role=action.actor.role,
        remote=action.actor.remote,
        action=action.what,
        target=action.target,
        before=action.before,
        after=action.after,
        refusal=action.refusal,
    )
