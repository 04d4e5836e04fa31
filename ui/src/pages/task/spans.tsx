// The spans of a task's trace that came here, as a waterfall; the rest of the trace is where traces are sent to.
import type { JSX } from "preact";
import type { Task, TaskEvent, TaskSpanPage } from "../../api/types";
import { Badge, CopyButton, Fact, Facts, Moment } from "../../components/basics";
import { Content, Empty } from "../../components/panel";
import { count, duration, plural } from "../../format/numbers";
import type { LiveEvent } from "../../live/protocol";
import { useResource } from "../../live/resource";
import { urlOf } from "../../router/route";
import { lastOf, type Placed, placed } from "./span-tree";

const DEEPEST = 8; // deeper ones are indented no more

/** The task's events tell how many have come; what they say is asked for. */
function apply(event: LiveEvent, page: TaskSpanPage | null): TaskSpanPage | undefined {
  const told = event.type === "task" ? (event.data as TaskEvent).task?.spans : undefined;
  const last = page?.items[page.items.length - 1]?.number ?? 0;
  return page && (told === undefined || told === last) ? page : undefined;
}

export function Spans({ task, topics }: { task: Task; topics: readonly string[] }): JSX.Element {
  const path = `tasks/${encodeURIComponent(task.id)}/spans?limit=200`;
  const spans = useResource<TaskSpanPage>(path, { topics, apply });
  return (
    <Content resource={spans}>
      {({ items }) => (
        <>
          {task.trace_id && (
            <p class="trace-head">
              Trace id <TraceId id={task.trace_id} url={task.trace_url} />
            </p>
          )}
          {items.length === 0 ? <None task={task} /> : <List all={placed(items)} gone={(items[0]?.number ?? 1) - 1} />}
        </>
      )}
    </Content>
  );
}

export function TraceId({ id, url }: { id: string; url: string | null }): JSX.Element {
  return (
    <>
      <code>{id}</code>
      <CopyButton text={id} label="Copy the trace id" />
      {url && (
        <a class="trace-link" href={url} target="_blank" rel="noopener noreferrer" title="Opens in a new tab">
          Trace<span aria-hidden="true">{"\u00a0↗"}</span>
        </a>
      )}
    </>
  );
}

function None({ task }: { task: Task }): JSX.Element {
  return (
    <Empty icon="clock" title={task.trace_id ? "No span of this trace has come here" : "This task is not traced"}>
      <p>
        The control plane and its workers tell of their spans when they trace. Install <code>fastworker[otlp]</code> and
        start each of them with <code>OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318</code>, or with{" "}
        <code>OTEL_TRACES_EXPORTER</code>. With <code>--spans-kept 0</code> none are kept.
      </p>
      {task.status === "running" && <p>Spans inside the task come as they end, that of the attempt comes at its end.</p>}
    </Empty>
  );
}

function List({ all, gone }: { all: readonly Placed[]; gone: number }): JSX.Element {
  const last = lastOf(all);
  return (
    <>
      <p class="note">
        {plural(all.length, "span")} that ended: waits, attempts, and what is inside these, each by the
        clock of its machine.{gone > 0 && ` ${count(gone)} that came earlier ${gone === 1 ? "was" : "were"} let go.`} Spans
        of your application and of other services are in your tracing backend.
      </p>
      <ol class="waterfall spans" aria-label={`Spans over ${duration(last / 1000)}`}>
        {all.map((one) => (
          <Row key={one.span.number} one={one} last={last} />
        ))}
      </ol>
    </>
  );
}

function Row({ one: { span, depth, offset, inside }, last }: { one: Placed; last: number }): JSX.Element {
  const part = (milliseconds: number) => `${Math.max(0, Math.min(100, (milliseconds / last) * 100))}%`;
  const said = Object.entries(span.attributes);
  return (
    <li>
      <span class="span-name" style={{ paddingLeft: `${Math.min(depth, DEEPEST) * 14}px` }}>
        {span.name}
        {inside !== null && <span class="offscreen">, inside {inside}</span>}
      </span>
      <span class="track">
        <i
          class={span.status === "error" ? "failure" : "success"}
          style={{ left: part(offset), width: part(span.seconds * 1000) }}
        />
      </span>
      <span class="waterfall-note">
        {duration(span.seconds)}
        <small>after {duration(offset / 1000)}</small>
        {span.status === "error" && (
          <Badge tone="bad" icon="warn">
            error
          </Badge>
        )}
      </span>
      <details>
        <summary>
          {span.worker_id ? `attempt ${span.attempt} on ${span.worker_id}` : `attempt ${span.attempt}, control plane`}
          {said.length > 0 && `, ${plural(said.length, "attribute")}`}
          <span class="offscreen"> of {span.name}</span>
        </summary>
        <Facts>
          <Fact name="Began">
            <Moment at={span.started_at} />
          </Fact>
          {span.worker_id && (
            <Fact name="Worker">
              <a href={urlOf("workers", span.worker_id)}>{span.worker_id}</a>
            </Fact>
          )}
          <Fact name="Span id">
            <code>{span.span_id}</code>
          </Fact>
          {span.message && <Fact name="Said at its end">{span.message}</Fact>}
          {said.map(([name, text]) => (
            <Fact key={name} name={name}>
              {text}
            </Fact>
          ))}
        </Facts>
      </details>
    </li>
  );
}
