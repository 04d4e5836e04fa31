// The control plane itself: what it is, what it holds, its settings, what was done through it.
import type { JSX } from "preact";
import type { AuditEntry, AuditPage, Config, Setting, System as SystemState, Series } from "../../api/types";
import { Ago, Badge, Fact, Facts, Meter } from "../../components/basics";
import { DataTable } from "../../components/data-table";
import { NoneHere, Pager } from "../../components/pager";
import { Content, Empty, Panel } from "../../components/panel";
import { Tabs } from "../../components/tabs";
import { bytes, count, duration } from "../../format/numbers";
import { type Resource, useResource } from "../../live/resource";
import { param } from "../../router/location";
import { canAdminister, session } from "../../state/session";
import { Window } from "../../charts/window";
import { HistoryChart } from "../overview/charts";
import { useSeries } from "../overview/series";
import { useSystem } from "./data";
import { DiagnosticsButton } from "./diagnostics";
import { OperationDetail } from "./operation";
import { OperationsTable } from "./operations";
import { Transport } from "./transport";

export function System(): JSX.Element {
  const system = useSystem();
  const tab = param("tab", "state");
  return (
    <>
      <header class="page-head">
        <h1>System</h1>
        <div class="tools">
          <DiagnosticsButton />
        </div>
      </header>
      <Tabs
        name="tab"
        label="About the system"
        choices={[
          { value: "state", label: "State" },
          { value: "settings", label: "Settings" },
          { value: "operations", label: "Operations" },
          { value: "audit", label: "Audit" },
        ]}
      />
      <div role="tabpanel" aria-label={tab}>
        {tab === "settings" ? (
          <Settings />
        ) : tab === "operations" ? (
          <Operations />
        ) : tab === "audit" ? (
          <Audit />
        ) : (
          <State system={system} />
        )}
      </div>
    </>
  );
}

function Operations(): JSX.Element {
  const id = param("operation");
  return id ? <OperationDetail id={id} /> : <OperationsTable />;
}

function usageTone(used: number, limit: number): "accent" | "warn" | "bad" {
  const part = limit > 0 ? used / limit : 0;
  return part >= 0.95 ? "bad" : part >= 0.8 ? "warn" : "accent";
}

function State({ system }: { system: Resource<SystemState> }): JSX.Element {
  return (
    <>
      <Transport system={system} />
      <div class="grid two">
        <Lag />
        <Panel title="Control plane" resource={system}>
          {(data) => (
            <Facts>
              <Fact name="Version">{data.version}</Fact>
              <Fact name="Epoch">
                <code>{data.epoch}</code>
              </Fact>
              <Fact name="Started">
                <Ago at={data.started_at} />
              </Fact>
              <Fact name="Process">{data.pid}</Fact>
              <Fact name="Memory">{bytes(data.memory_bytes)}</Fact>
              <Fact name="Event loop lag">{duration(data.loop_lag_seconds)}</Fact>
              <Fact name="Python">{data.python}</Fact>
              <Fact name="Platform">{data.platform}</Fact>
              <Fact name="Client sessions">{count(data.sessions)}</Fact>
              <Fact name="Superseded reports">{count(data.superseded_reports)}</Fact>
              {data.blind_since && (
                <Fact name="Dashboard">
                  <Badge tone="bad" icon="warn" title={data.blind_because}>
                    shows what was <Ago at={data.blind_since} />
                  </Badge>{" "}
                  {data.blind_because}
                </Fact>
              )}
              {data.is_draining && (
                <Fact name="State">
                  <Badge tone="warn" icon="drain">
                    stopping
                  </Badge>
                </Fact>
              )}
            </Facts>
          )}
        </Panel>
        <Panel title="Holds" resource={system}>
          {({ usage, result_ttl_seconds }) => (
            <ul class="usage">
              <li>
                <span>a finished task is kept for</span>
                <span />
                <span>{duration(result_ttl_seconds)}</span>
              </li>
              {usage.map(({ name, used, limit }) => (
                <li key={name}>
                  <span>{name.replaceAll("_", " ")}</span>
                  <Meter
                    value={used}
                    of={limit}
                    tone={usageTone(used, limit)}
                    label={`${name}: ${count(used)} of ${count(limit)}`}
                  />
                  <span>
                    {name.includes("bytes") ? `${bytes(used)} of ${bytes(limit)}` : `${count(used)} of ${count(limit)}`}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Panel>
        <Panel title="Live events" resource={system}>
          {({ hub }) => (
            <Facts>
              <Fact name="Streams open">{count(hub.clients)}</Fact>
              <Fact name="Published">{count(hub.published)}</Fact>
              <Fact name="Kept for those who return">{count(hub.kept)}</Fact>
              <Fact name="Told to start over">{count(hub.resets)}</Fact>
            </Facts>
          )}
        </Panel>
        <Panel title="Versions" resource={system}>
          {({ versions }) => (
            <Facts>
              {Object.entries(versions).map(([name, version]) => (
                <Fact key={name} name={name}>
                  {version}
                </Fact>
              ))}
            </Facts>
          )}
        </Panel>
      </div>
    </>
  );
}

function Lag(): JSX.Element {
  const series = useSeries("15m");
  return (
    <>
      <Window />
      <Content resource={series}>{(data: Series) => <HistoryChart of="lag" series={data} height={130} />}</Content>
    </>
  );
}

function NeedsAdmin(): JSX.Element {
  return (
    <section class="panel">
      <Empty icon="ban" title="This needs the role admin">
        <p>You are {session.value?.role ?? "not known"}.</p>
      </Empty>
    </section>
  );
}

function Settings(): JSX.Element {
  const config = useResource<Config>(canAdminister.value ? "config" : null);
  if (!canAdminister.value) return <NeedsAdmin />;
  return (
    <Panel<Config> resource={config} class="list">
      {({ settings }) => (
        <DataTable<Setting>
          caption="The settings in force"
          rows={settings}
          idOf={({ name }) => name}
          columns={[
            {
              key: "name",
              label: "Setting",
              isWide: true,
              cell: ({ flag, description }) => (
                <span class="headline">
                  <b>{flag}</b>
                  <span class="muted">{description}</span>
                </span>
              ),
            },
            {
              key: "value",
              label: "Value",
              cell: ({ value, is_default }) =>
                is_default ? (
                  <code class="muted">{value || "–"}</code>
                ) : (
                  <b>
                    <code>{value || "–"}</code>
                  </b>
                ),
            },
            {
              key: "default",
              label: "Default",
              cell: ({ is_default, default: before }) =>
                is_default ? <span class="muted">as by default</span> : <code>{before || "–"}</code>,
            },
            {
              key: "environment",
              label: "Environment",
              cell: ({ environment }) => <code class="muted">{environment}</code>,
            },
          ]}
        />
      )}
    </Panel>
  );
}

const AUDIT_TOPICS = ["audit"];

function Audit(): JSX.Element {
  const cursor = param("cursor");
  const path = `audit?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`;
  const audit = useResource<AuditPage>(canAdminister.value ? path : null, { topics: AUDIT_TOPICS });
  if (!canAdminister.value) return <NeedsAdmin />;
  return (
    <Panel<AuditPage> resource={audit} class="list">
      {({ items, ...page }) =>
        items.length === 0 ? (
          <NoneHere thing="action">
            <Empty title="Nothing was done through this page or its API" />
          </NoneHere>
        ) : (
          <>
            <DataTable<AuditEntry>
              caption="What was done, the newest first"
              rows={items}
              idOf={({ id }) => String(id)}
              columns={[
                { key: "at", label: "When", cell: ({ at }) => <Ago at={at} /> },
                { key: "action", label: "Action", cell: ({ action }) => <b>{action}</b> },
                { key: "target", label: "On", isWide: true, cell: ({ target }) => <code>{target}</code> },
                {
                  key: "change",
                  label: "Change",
                  cell: ({ before, after }) => (before || after ? `${before || "–"} → ${after || "–"}` : ""),
                },
                { key: "actor", label: "By", cell: ({ actor, role }) => `${actor} (${role || "no role"})` },
                { key: "remote", label: "From", cell: ({ remote }) => <code>{remote}</code> },
                {
                  key: "outcome",
                  label: "Outcome",
                  cell: ({ refusal }) =>
                    refusal ? (
                      <Badge tone="bad" icon="ban" title={refusal}>
                        {refusal}
                      </Badge>
                    ) : (
                      <Badge tone="good" icon="check">
                        done
                      </Badge>
                    ),
                },
              ]}
            />
            <Pager page={{ items, ...page }} thing="action" />
          </>
        )
      }
    </Panel>
  );
}
