// Statuses and priorities: always an icon, a text and a colour.
import type { JSX } from "preact";
import type { TaskStatus, TaskSummary } from "../api/types";
import { Icon, type IconName } from "./icons";

export type Priority = TaskSummary["priority"];

export const STATUSES: readonly TaskStatus[] = [
  "queued",
  "scheduled",
  "running",
  "success",
  "failure",
  "lost",
  "cancelled",
  "expired",
];
export const PRIORITIES: readonly Priority[] = ["critical", "high", "normal", "low"];

const STATUS_ICONS: Record<TaskStatus, IconName> = {
  scheduled: "clock",
  queued: "stack",
  running: "play",
  success: "check",
  failure: "cross",
  cancelled: "ban",
  lost: "unplug",
  expired: "hourglass",
};
const PRIORITY_ICONS: Record<Priority, IconName> = { critical: "bolt", high: "up", normal: "dot", low: "down" };

export function isFinal(status: TaskStatus): boolean {
  return !["scheduled", "queued", "running"].includes(status);
}

export function Status({
  status,
  isCancelling = false,
  isHeld = false,
}: {
  status: TaskStatus;
  isCancelling?: boolean;
  isHeld?: boolean;
}): JSX.Element {
  const text = isCancelling && status === "running" ? "stopping" : isHeld && status === "queued" ? "held" : status;
  return (
    <span class={`status ${status}`}>
      <Icon name={isHeld && status === "queued" ? "pause" : STATUS_ICONS[status]} />
      {text}
    </span>
  );
}

export function PriorityMark({ priority }: { priority: Priority }): JSX.Element {
  return (
    <span class={`priority ${priority}`}>
      <Icon name={PRIORITY_ICONS[priority]} />
      {priority}
    </span>
  );
}
