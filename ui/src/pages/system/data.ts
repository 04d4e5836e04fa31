// What the control plane is and holds.
import type { System } from "../../api/types";
import { type Resource, useResource } from "../../live/resource";

const TOPICS = ["overview"];

export function useSystem(): Resource<System> {
  return useResource<System>("system", { topics: TOPICS, pace: 3_000 });
}
