// One group of equal failures: its latest traceback and tasks, and what can be done about it.
import type { JSX } from "preact";
import type { ErrorWord } from "../../api/actions";
import type { ErrorGroupDetail } from "../../api/types";
import { Ago, Button, CopyButton, Fact, Facts } from "../../components/basics";
import { Icon } from "../../components/icons";
import { Panel } from "../../components/panel";
import { Sparkline } from "../../components/sparkline";
import { count } from "../../format/numbers";
import { shortId } from "../../format/values";
import { type Resource, useResource } from "../../live/resource";
import { urlOf } from "../../router/route";
import { canOperate } from "../../state/session";
import { useShortcuts } from "../../state/shortcuts";
import { runBulk } from "../tasks/bulk";
import { Traceback } from "../task/traceback";
import { Became, Links, Said, Word } from "./parts";
import { muting, say } from "./triage";

const TOPICS = ["errors"];
const PACE = 2_000;

export function Group({ fingerprint }: { fingerprint: string }): JSX.Element {
  const group = useResource<ErrorGroupDetail>(`errors/${encodeURIComponent(fingerprint)}`, {
    topics: TOPICS,
    pace: PACE,
  });
  const retry = () => void runBulk({ action: "retry" }, { filter: { fingerprint } });
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
        {group.data && <Word group={group.data} />}
        <div class="tools">
          <a class="button" href={urlOf("tasks", "", { fingerprint })}>
            <Icon name="filter" />
            Its tasks
          </a>
          <Triage group={group} refused={refused} />
          <Button icon="retry" keys="R" refused={refused} onClick={retry}>
            Retry all…
          </Button>
        </div>
      </header>
      <Panel resource={group}>{(data) => <GroupBody group={data} />}</Panel>
    </>
  );
}

function Triage({ group, refused }: { group: Resource<ErrorGroupDetail>; refused: string | null }): JSX.Element | null {
  const { data } = group;
  const told = (word: ErrorWord) => {
    if (data && !refused) void say(data, word, group.refresh);
  };
  const turn = () => data && told(muting(data));
  useShortcuts([
    { keys: "s", label: "Mark as seen", group: "This error", run: () => data?.new && told("seen") },
    { keys: "m", label: "Mute or unmute", group: "This error", run: turn },
  ]);
  if (!data) return null;
  return (
    <>
      <Button
        icon="check"
        keys="s"
        refused={refused ?? (data.new > 0 ? null : "all of it was seen")}
        onClick={() => told("seen")}
      >
        Mark as seen
      </Button>
      <Button icon="ban" keys="m" refused={refused} onClick={turn}>
        {data.muted ? "Unmute" : "Mute"}
      </Button>
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
        <Fact name="Its tasks">
          <Became tasks={group.tasks} />
        </Fact>
        <Fact name="First">{<Ago at={group.first_seen_at} />}</Fact>
        <Fact name="Last">{<Ago at={group.last_seen_at} />}</Fact>
        {group.seen && (
          <Fact name="Seen">
            <Said {...group.seen} />
          </Fact>
        )}
        {group.muted && (
          <Fact name="Muted">
            <Said {...group.muted} />
          </Fact>
        )}
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
