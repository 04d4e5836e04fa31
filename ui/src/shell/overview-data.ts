// The numbers of now, which the shell and the overview share.
import type { Overview, OverviewEvent } from "../api/types";
import { type Resource, useResource } from "../live/resource";
import type { LiveEvent } from "../live/protocol";

const TOPICS = ["overview"];
const apply = (event: LiveEvent) => (event.type === "overview" ? (event.data as OverviewEvent).overview : undefined);

export function useOverview(): Resource<Overview> {
  return useResource<Overview>("overview", { topics: TOPICS, apply });
}
