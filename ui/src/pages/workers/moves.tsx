// When workers came and went, and why.
import type { JSX } from "preact";
import type { WorkerMove, WorkerMovePage } from "../../api/types";
import { Ago, Badge, Moment } from "../../components/basics";
import { DataTable } from "../../components/data-table";
import { Empty, Panel } from "../../components/panel";
import { type Resource, useResource } from "../../live/resource";
import { queryOf, urlOf } from "../../router/route";

const TOPICS = ["workers"];
const SHOWN = 20;

/** The latest moves of one worker, or of all. */
export function useMoves(worker = ""): Resource<WorkerMovePage> {
  const path = `worker-moves?${queryOf({ worker, limit: String(SHOWN) })}`;
  return useResource<WorkerMovePage>(path, { topics: TOPICS, pace: 2_000 });
}

export function Moves({ of = "" }: { of?: string }): JSX.Element {
  const moves = useMoves(of);
  return (
    <Panel<WorkerMovePage> title="Came and went" resource={moves}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty icon="clock" title="No worker has come or gone" />
        ) : (
          <DataTable<WorkerMove>
            caption="Comings and goings, the newest first"
            rows={items}
            idOf={({ number }) => String(number)}
            columns={[
              { key: "what", label: "What", cell: (move) => <What move={move} /> },
              ...(of ? [] : [{ key: "worker", label: "Worker", cell: (move: WorkerMove) => <Name move={move} /> }]),
              { key: "reason", label: "Why", isWide: true, cell: ({ reason }) => reason },
              { key: "at", label: "When", align: "end", cell: ({ at }) => <Moment at={at} /> },
              { key: "ago", label: "Ago", align: "end", cell: ({ at }) => <Ago at={at} /> },
            ]}
          />
        )
      }
    </Panel>
  );
}

function Name({ move: { worker_id } }: { move: WorkerMove }): JSX.Element {
  return <a href={urlOf("workers", worker_id)}>{worker_id}</a>;
}

function What({ move }: { move: WorkerMove }): JSX.Element {
  if (move.is_loss)
    return (
      <Badge tone="bad" icon="unplug">
        lost
      </Badge>
    );
  return move.is_coming ? (
    <Badge tone="good" icon="check">
      {move.has_new_code ? "came with new code" : "came"}
    </Badge>
  ) : (
    <Badge icon="drain">left</Badge>
  );
}
