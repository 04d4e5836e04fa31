// Failures, equal ones together: how many, since when, where; and the tasks of each group.
import type { JSX } from "preact";
import type { ErrorGroup, ErrorGroupDetail, ErrorGroupPage } from "../../api/types";
import { Ago, Button, CopyButton, Fact, Facts } from "../../components/basics";
import { DataTable } from "../../components/data-table";
import { Icon } from "../../components/icons";
import { Empty, Panel } from "../../components/panel";
import { Sparkline } from "../../components/sparkline";
import { count, plural } from "../../format/numbers";
import { shortId } from "../../format/values";
import { useResource } from "../../live/resource";
import { navigate, param, setParams } from "../../router/location";
import { urlOf } from "../../router/route";
import { canOperate } from "../../state/session";
import { useShortcuts } from "../../state/shortcuts";
import { runBulk } from "../tasks/bulk";
import { Traceback } from "../task/traceback";

const TOPICS = ["errors"];
const PACE = 2_000;

export function Errors({ subject }: { subject: string }): JSX.Element {
  return subject ? <Group fingerprint={subject} /> : <Groups />;
}

function Groups(): JSX.Element {
  const cursor = param("cursor");
  const groups = useResource<ErrorGroupPage>(
    `errors?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`,
    { topics: TOPICS, pace: PACE },
  );
  return (
    <>
      <header class="page-head">
        <h1>Errors</h1>
        <p class="muted">Equal failures stand together: the same exception from the same line.</p>
      </header>
      <Panel resource={groups} class="list">
        {(page) =>
          page.items.length === 0 ? (
            <Empty title="No failures">
              <p>When a task fails, its group appears here.</p>
            </Empty>
          ) : (
            <>
              <DataTable<ErrorGroup>
                caption="Groups of equal failures"
                isWalked
                rows={page.items}
                idOf={({ fingerprint }) => fingerprint}
                open={({ fingerprint }) => navigate(urlOf("errors", fingerprint))}
                columns={[
                  { key: "error", label: "Error", isWide: true, cell: (group) => <Headline group={group} /> },
                  {
                    key: "functions",
                    label: "Functions",
                    cell: ({ functions }) => <Links names={functions} page="functions" />,
                  },
                  {
                    key: "history",
                    label: "Last hour",
                    cell: ({ history, error_type }) => (
                      <Sparkline
                        values={history}
                        label={`${error_type}: ${history.reduce((sum, one) => sum + one, 0)} in the last hour`}
                      />
                    ),
                  },
                  {
                    key: "first",
                    label: "First",
                    align: "end",
                    cell: ({ first_seen_at }) => <Ago at={first_seen_at} />,
                  },
                  { key: "last", label: "Last", align: "end", cell: ({ last_seen_at }) => <Ago at={last_seen_at} /> },
                  { key: "count", label: "Count", align: "end", cell: (group) => <b>{count(group.count)}</b> },
                ]}
              />
              {page.next_cursor && (
                <footer class="pager">
                  <p>
                    {count(page.items.length)} of {plural(page.total.value, "group")}
                  </p>
                  <Button
                    icon="right"
                    onClick={() => setParams({ cursor: page.next_cursor ?? "", row: "" }, { replace: false })}
                  >
                    Next
                  </Button>
                </footer>
              )}
            </>
          )
        }
      </Panel>
    </>
  );
}

function Headline({ group }: { group: ErrorGroup }): JSX.Element {
  return (
    <span class="headline">
      <a class="bad-text" href={urlOf("errors", group.fingerprint)}>
        {group.error_type}
      </a>
      <span title={group.message}>{group.message}</span>
      {group.frame && <code title={group.frame}>{group.frame}</code>}
    </span>
  );
}

function Links({ names, page }: { names: readonly string[]; page: "functions" | "workers" }): JSX.Element {
  return (
    <span class="links">
      {names.slice(0, 4).map((name) => (
        <a key={name} href={urlOf(page, name)}>
          {name}
        </a>
      ))}
      {names.length > 4 && <span class="muted">+{names.length - 4}</span>}
    </span>
  );
}

function Group({ fingerprint }: { fingerprint: string }): JSX.Element {
  const group = useResource<ErrorGroupDetail>(`errors/${encodeURIComponent(fingerprint)}`, {
    topics: TOPICS,
    pace: PACE,
  });
  const retry = () => void runBulk("retry", { filter: { fingerprint } });
  const refused = canOperate.value ? null : "needs the role operator";
  useShortcuts([{ keys: "R", label: "Retry all of them", group: "This error", run: () => refused || retry() }]);
  return (
    <>
      <header class="page-head">
        <div class="crumbs">
          <a href={urlOf("errors")}>
            <Icon name="left" />
            Errors
          </a>
        </div>
        <h1 class="bad-text">{group.data?.error_type ?? "Error"}</h1>
        <div class="tools">
          <a class="button" href={urlOf("tasks", "", { fingerprint })}>
            <Icon name="filter" />
            Its tasks
          </a>
          <Button icon="retry" keys="R" refused={refused} onClick={retry}>
            Retry all…
          </Button>
        </div>
      </header>
      <Panel resource={group}>{(data) => <GroupBody group={data} />}</Panel>
    </>
  );
}

function GroupBody({ group }: { group: ErrorGroupDetail }): JSX.Element {
  return (
    <div class="about">
      <div>
        <section>
          <h2>Latest message</h2>
          <p class="error-head">{group.message || "(none)"}</p>
        </section>
        <section>
          <h2>Traceback of the latest</h2>
          {group.traceback ? <Traceback text={group.traceback} /> : <p class="muted">There was none.</p>}
        </section>
        <section>
          <h2>Latest tasks</h2>
          {group.task_ids.length === 0 ? (
            <p class="muted">None is remembered any more.</p>
          ) : (
            <ul class="ids">
              {group.task_ids.map((id) => (
                <li key={id} class="id">
                  <a href={urlOf("tasks", id)}>
                    <code title={id}>{shortId(id)}</code>
                  </a>
                  <CopyButton text={id} label={`Copy the id ${id}`} />
                </li>
              ))}
            </ul>
          )}
        </section>
      </div>
      <Facts>
        <Fact name="Count">
          {count(group.count)}
          {group.retried > 0 && `, ${count(group.retried)} of them tried again`}
        </Fact>
        <Fact name="First">{<Ago at={group.first_seen_at} />}</Fact>
        <Fact name="Last">{<Ago at={group.last_seen_at} />}</Fact>
        <Fact name="Last hour">
          <Sparkline values={group.history} label="Failures per minute of the last hour" />
        </Fact>
        {group.frame && (
          <Fact name="Raised in">
            <code>{group.frame}</code>
          </Fact>
        )}
        <Fact name="Functions">
          <Links names={group.functions} page="functions" />
        </Fact>
        <Fact name="Workers">
          <Links names={group.workers} page="workers" />
        </Fact>
      </Facts>
    </div>
  );
}
