// A panel of a page: it shows that it waits, what it has, that there is nothing, what went wrong, or that it is old.
import type { ComponentChildren, JSX } from "preact";
import type { Resource } from "../live/resource";
import { Boundary } from "./boundary";
import { Icon, type IconName } from "./icons";
import { AsOf, Failure, Kept, WentWrong } from "./kept";

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
          {resource && <AsOf of={resource} />}
          {tools && <div class="tools">{tools}</div>}
        </header>
      )}
      {resource && <WentWrong of={resource} />}
      <div class="panel-body">
        <Boundary>
          <Shown resource={resource}>{children}</Shown>
        </Boundary>
      </div>
    </section>
  );
}

/** What a resource has to show, where a panel is already, or none is wanted. */
export function Content<T>({ resource, children }: { resource: Resource<T>; children: (data: T) => ComponentChildren }) {
  return (
    <Kept of={resource}>
      <Shown resource={resource}>{children}</Shown>
    </Kept>
  );
}

function Shown<T>({ resource, children }: Pick<PanelProps<T>, "resource" | "children">): JSX.Element {
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
