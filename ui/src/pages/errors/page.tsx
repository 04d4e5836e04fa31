// Failures, equal ones together: how many, since when, where. And the tasks that will not be tried again.
import type { JSX } from "preact";
import type { ErrorWord } from "../../api/actions";
import type { ErrorGroup, ErrorGroupPage } from "../../api/types";
import { Ago } from "../../components/basics";
import { DataTable } from "../../components/data-table";
import { NoneHere, Pager } from "../../components/pager";
import { Empty, Panel } from "../../components/panel";
import { Sparkline } from "../../components/sparkline";
import { Segments, Tabs } from "../../components/tabs";
import { count } from "../../format/numbers";
import { useResource } from "../../live/resource";
import { navigate, param, setParams } from "../../router/location";
import { queryOf, urlOf } from "../../router/route";
import { canOperate } from "../../state/session";
import { useShortcuts } from "../../state/shortcuts";
import { DeadLetters } from "./dead-letters";
import { Group } from "./group";
import { Became, Links, Word } from "./parts";
import { muting, RowTriage, say } from "./triage";

const TOPICS = ["errors"];
const PACE = 2_000;
const RANGES = ["any time", "15m", "1h", "24h"] as const;
const SECONDS: Record<(typeof RANGES)[number], string> = { "any time": "", "15m": "900", "1h": "3600", "24h": "86400" };
const SHOWN = ["all", "new", "muted"] as const;
const NOTHING = {
  all: { title: "No failures", text: "When a task fails, its group appears here." },
  new: { title: "No failure that nobody has seen", text: "What fails from now on appears here." },
  muted: { title: "Nothing is muted", text: "A group can be muted on its own page." },
};

export function Errors({ subject }: { subject: string }): JSX.Element {
  return subject ? <Group fingerprint={subject} /> : <All />;
}

function All(): JSX.Element {
  return (
    <>
      <header class="page-head">
        <h1>Errors</h1>
        <p class="muted">Equal failures stand together: the same exception from the same line.</p>
      </header>
      <Tabs
        name="tab"
        label="Failures"
        choices={[
          { value: "groups", label: "Groups" },
          { value: "dead", label: "Dead letters" },
        ]}
      />
      <div role="tabpanel" aria-label={param("tab", "groups")}>
        {param("tab") === "dead" ? <DeadLetters /> : <Groups />}
      </div>
    </>
  );
}

function Groups(): JSX.Element {
  const asked = param("show", "all");
  const show = SHOWN.find((one) => one === asked) ?? "all";
  const range = RANGES.find((one) => one === param("range")) ?? "any time";
  const path = `errors?${queryOf({
    limit: "50",
    show: show === "all" ? "" : show,
    within: SECONDS[range],
    cursor: param("cursor"),
  })}`;
  const groups = useResource<ErrorGroupPage>(path, { topics: TOPICS, pace: PACE });
  return (
    <>
      <div class="filter-bar">
        <Segments
          label="Which groups"
          value={show}
          choices={SHOWN.map((value) => ({ value, label: value }))}
          onChange={(value) => setParams({ show: value === "all" ? "" : value, cursor: "", row: "" })}
        />
        <Segments
          label="Failed within"
          value={range}
          choices={RANGES.map((value) => ({ value, label: value }))}
          onChange={(value) => setParams({ range: value === "any time" ? "" : value, cursor: "", row: "" })}
        />
      </div>
      <Panel resource={groups} class="list">
        {(page) =>
          page.items.length === 0 ? (
            <NoneHere thing="group">
              <Empty title={range === "any time" ? NOTHING[show].title : `${NOTHING[show].title} within ${range}`}>
                <p>{NOTHING[show].text}</p>
              </Empty>
            </NoneHere>
          ) : (
            <>
              <GroupTable groups={page.items} done={groups.refresh} />
              <Pager page={page} thing="group" />
            </>
          )
        }
      </Panel>
    </>
  );
}

function GroupTable({ groups, done }: { groups: ErrorGroup[]; done: () => void }): JSX.Element {
  const refused = canOperate.value ? null : "needs the role operator";
  const current = groups.find(({ fingerprint }) => fingerprint === param("row"));
  const group = "The current row";
  const run = (word: (of: ErrorGroup) => ErrorWord) => () => {
    if (current && !refused) void say(current, word(current), done);
  };
  useShortcuts(
    current
      ? [
          { keys: "s", label: "Mark as seen", group, run: run(() => "seen") },
          { keys: "m", label: "Mute or unmute", group, run: run(muting) },
        ]
      : [],
  );
  return (
    <DataTable<ErrorGroup>
      caption="Groups of equal failures"
      isWalked
      rows={groups}
      idOf={({ fingerprint }) => fingerprint}
      open={({ fingerprint }) => navigate(urlOf("errors", fingerprint))}
      columns={[
        { key: "error", label: "Error", isWide: true, cell: (group) => <Headline group={group} /> },
        { key: "word", label: "Seen", cell: (group) => <Word group={group} /> },
        { key: "functions", label: "Functions", cell: ({ functions }) => <Links names={functions} page="functions" /> },
        { key: "became", label: "Its tasks", cell: ({ tasks }) => <Became tasks={tasks} /> },
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
        { key: "first", label: "First", align: "end", cell: ({ first_seen_at }) => <Ago at={first_seen_at} /> },
        { key: "last", label: "Last", align: "end", cell: ({ last_seen_at }) => <Ago at={last_seen_at} /> },
        { key: "count", label: "Count", align: "end", cell: (group) => <b>{count(group.count)}</b> },
        {
          key: "actions",
          label: "Actions",
          align: "end",
          cell: (of) => <RowTriage group={of} refused={refused} done={done} />,
        },
      ]}
    />
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
