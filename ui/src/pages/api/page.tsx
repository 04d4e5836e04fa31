// The API as its own document tells it: every endpoint, what it takes and gives, and trying it.
import type { JSX } from "preact";
import { CopyButton } from "../../components/basics";
import { Icon } from "../../components/icons";
import { Empty, Panel } from "../../components/panel";
import { useResource } from "../../live/resource";
import { param, setParams } from "../../router/location";
import { type Document, type Endpoint, endpointsOf, nameOf, type Schema, typeText } from "./document";
import { TryIt } from "./try-it";

const idOf = ({ method, path }: Endpoint) => `${method} ${path}`;

export function Api(): JSX.Element {
  const resource = useResource<Document>("openapi.json");
  return (
    <>
      <header class="page-head">
        <h1>API</h1>
        <p class="muted">Everything that this page shows and does, it shows and does through this API.</p>
        <div class="tools">
          <a class="button" href="api/v1/openapi.json" target="_blank" rel="noreferrer">
            <Icon name="external" />
            OpenAPI document
          </a>
        </div>
      </header>
      <Panel resource={resource} class="bare">
        {(document) => <Browser document={document} />}
      </Panel>
    </>
  );
}

function Browser({ document }: { document: Document }): JSX.Element {
  const tags = endpointsOf(document);
  const wanted = param("q").toLowerCase();
  const chosen = param("op");
  const all = [...tags.values()].flat();
  const endpoint = all.find((one) => idOf(one) === chosen) ?? all[0];
  return (
    <div class="api">
      <nav class="panel endpoints" aria-label="Endpoints">
        <label class="search">
          <Icon name="search" />
          <span class="offscreen">Search endpoints</span>
          <input
            type="search"
            data-search
            placeholder="Search endpoints"
            value={param("q")}
            onInput={(event) => setParams({ q: event.currentTarget.value })}
          />
        </label>
        {[...tags].map(([tag, endpoints]) => {
          const found = endpoints.filter((one) =>
            `${idOf(one)} ${one.operation.summary}`.toLowerCase().includes(wanted),
          );
          return (
            found.length > 0 && (
              <section key={tag}>
                <h2>{tag}</h2>
                <ul>
                  {found.map((one) => (
                    <Item key={idOf(one)} endpoint={one} isCurrent={one === endpoint} />
                  ))}
                </ul>
              </section>
            )
          );
        })}
      </nav>
      {endpoint ? (
        <Detail key={idOf(endpoint)} document={document} endpoint={endpoint} />
      ) : (
        <Empty title="No endpoint" />
      )}
    </div>
  );
}

function Item({ endpoint, isCurrent }: { endpoint: Endpoint; isCurrent: boolean }): JSX.Element {
  return (
    <li>
      <button
        type="button"
        aria-current={isCurrent ? "true" : undefined}
        onClick={() => setParams({ op: idOf(endpoint) }, { replace: false })}
      >
        <b class={`method ${endpoint.method}`}>{endpoint.method.toUpperCase()}</b>
        <span>{endpoint.operation.summary ?? endpoint.path}</span>
      </button>
    </li>
  );
}

function Detail({ document, endpoint }: { document: Document; endpoint: Endpoint }): JSX.Element {
  const { method, path, operation } = endpoint;
  const body = operation.requestBody?.content?.["application/json"]?.schema;
  return (
    <div class="endpoint">
      <section class="panel">
        <h2 class="endpoint-title">
          <b class={`method ${method}`}>{method.toUpperCase()}</b> <code>{path}</code>
          <CopyButton text={path} label="Copy the path" />
        </h2>
        {operation.description && <p>{operation.description}</p>}
        <TryIt document={document} endpoint={endpoint} bodySchema={body} />
      </section>
      {body && <SchemaView title="Body" document={document} schema={body} />}
      {Object.entries(operation.responses ?? {})
        .filter(([status]) => Number(status) < 300)
        .map(([status, response]) => {
          const schema = Object.values(response.content ?? {})[0]?.schema;
          return <SchemaView key={status} title={`Answer ${status}`} document={document} schema={schema} />;
        })}
      <Refusals
        document={document}
        statuses={Object.keys(operation.responses ?? {}).filter((status) => Number(status) >= 400)}
      />
    </div>
  );
}

const PROBLEM: Schema = { $ref: "#/components/schemas/Problem" };

/** How it may fail: always with a problem. */
function Refusals({ document, statuses }: { document: Document; statuses: readonly string[] }): JSX.Element | null {
  if (statuses.length === 0) return null;
  return (
    <>
      <section class="panel" aria-label="When it fails">
        <h2>When it fails</h2>
        <p>
          {statuses.join(", ")} with a <code>Problem</code> (<code>application/problem+json</code>, RFC 9457): its{" "}
          <code>type</code> names the kind, <code>errors</code> the parameters or members that were wrong.
        </p>
      </section>
      <SchemaView title="A failure" document={document} schema={PROBLEM} />
    </>
  );
}

function SchemaView({
  title,
  document,
  schema,
}: {
  title: string;
  document: Document;
  schema: Schema | undefined;
}): JSX.Element {
  const names = namesIn(schema, document);
  return (
    <section class="panel schema" aria-label={title}>
      <h2>
        {title}: <code>{schema ? typeText(schema) : "nothing"}</code>
      </h2>
      {names.map((name) => {
        const found = document.components?.schemas?.[name];
        return (
          found && (
            <details key={name} open={name === nameOf(schema)}>
              <summary>
                <code>{name}</code>
              </summary>
              {found.description && <p class="muted">{found.description}</p>}
              <Members schema={found} />
            </details>
          )
        );
      })}
    </section>
  );
}

function Members({ schema }: { schema: Schema }): JSX.Element {
  if (!schema.properties)
    return (
      <p>
        <code>{typeText(schema)}</code>
      </p>
    );
  return (
    <table class="members">
      <tbody>
        {Object.entries(schema.properties).map(([name, member]) => (
          <tr key={name}>
            <th scope="row">
              <code>{name}</code>
              {schema.required?.includes(name) ? "" : <small> optional</small>}
            </th>
            <td>
              <code>{typeText(member)}</code>
              {member.description && <p class="muted">{member.description}</p>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const MOST_NAMES = 30;

/** The named schemas that a schema leads to, itself first. */
function namesIn(schema: Schema | undefined, document: Document): string[] {
  const found = new Set<string>();
  const walk = (one: Schema | undefined): void => {
    if (!one || found.size > MOST_NAMES) return;
    const name = nameOf(one);
    if (name && found.has(name)) return;
    if (name) found.add(name);
    const here = name ? document.components?.schemas?.[name] : one;
    for (const next of [...Object.values(here?.properties ?? {}), here?.items, ...(here?.anyOf ?? here?.oneOf ?? [])])
      walk(next);
    if (typeof here?.additionalProperties === "object") walk(here.additionalProperties);
  };
  walk(schema);
  return [...found];
}
