// A panel of a page: it shows that it waits, what it has, that there is nothing, what went wrong, or that it is old.
import { Component, type ComponentChildren, type JSX } from "preact";
import { explain } from "../api/problem";
import { clockTime } from "../format/times";
import type { Resource } from "../live/resource";
import { isUtc } from "../state/clock";
import { Button, CopyButton } from "./basics";
import { Icon, type IconName } from "./icons";

export function Empty({
  icon = "check",
  title,
  children,
}: {
  icon?: IconName;
  title: string;
  children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

export function Failure({ error, retry }: { error: unknown; retry?: () => void }): JSX.Element {
  const { title, detail } = explain(error);
  return (
    <div class="fault-box">
      <Icon name="warn" />
      <div>
        <p class="empty-title">{title}</p>
        <p>{detail}</p>
      </div>
      {retry && (
        <Button icon="retry" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** Keeps a fault of one panel in that panel. */
class Boundary extends Component<{ children: ComponentChildren }, { error: Error | null }> {
  override state = { error: null as Error | null };

  override componentDidCatch(error: Error): void {
    console.error(error);
    this.setState({ error });
  }

  override render(): ComponentChildren {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div class="fault-box">
        <Icon name="warn" />
        <div>
          <p class="empty-title">This panel has a fault</p>
          <p>{error.message}</p>
        </div>
        <CopyButton text={`${error.message}\n${error.stack ?? ""}`} label="Copy details" />
        <Button icon="retry" onClick={() => this.setState({ error: null })}>
          Try again
        </Button>
      </div>
    );
  }
}

interface PanelProps<T> {
  title?: string;
  level?: 2 | 3;
  tools?: ComponentChildren;
  resource?: Resource<T>;
  class?: string;
  children: ComponentChildren | ((data: T) => ComponentChildren);
}

export function Panel<T>({
  title,
  level = 2,
  tools,
  resource,
  class: extra = "",
  children,
}: PanelProps<T>): JSX.Element {
  const Heading = `h${level}` as "h2";
  const isStale = resource?.isStale ?? false;
  return (
    <section class={`panel ${extra} ${isStale ? "stale" : ""}`} aria-label={title}>
      {(title || tools || isStale) && (
        <header class="panel-head">
          {title && <Heading>{title}</Heading>}
          {isStale && resource?.asOf && <span class="as-of">as of {clockTime(resource.asOf, isUtc.value)}</span>}
          {tools && <div class="tools">{tools}</div>}
        </header>
      )}
      <div class="panel-body">
        <Boundary>
          <Content resource={resource}>{children}</Content>
        </Boundary>
      </div>
    </section>
  );
}

/** What a resource has to show now. */
export function Content<T>({ resource, children }: Pick<PanelProps<T>, "resource" | "children">): JSX.Element {
  if (typeof children !== "function") return <>{children}</>;
  if (!resource) return <></>;
  if (resource.data !== null) return <>{children(resource.data)}</>;
  if (resource.error) return <Failure error={resource.error} retry={resource.refresh} />;
  return (
    <div class="loading" aria-busy="true">
      <span />
      <span />
      <span />
      <p class="offscreen">Loading</p>
    </div>
  );
}
