// The pages in the order of the navigation, with their keys.
import type { PageName } from "../router/route";

export const NAVIGATION: readonly { page: PageName; label: string; key: string }[] = [
  { page: "overview", label: "Overview", key: "o" },
  { page: "tasks", label: "Tasks", key: "t" },
  { page: "errors", label: "Errors", key: "e" },
  { page: "queues", label: "Queues", key: "q" },
  { page: "workers", label: "Workers", key: "k" },
  { page: "functions", label: "Functions", key: "f" },
  { page: "system", label: "System", key: "y" },
  { page: "api", label: "API", key: "a" },
];
