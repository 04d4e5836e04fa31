// The page of a worker that is not here: whether it ever was, and what it ran as far as that is remembered.
import type { JSX } from "preact";
import { Ago } from "../../components/basics";
import { Empty } from "../../components/panel";
import { urlOf } from "../../router/route";
import { Moves, useMoves } from "./moves";
import { Recent } from "./recent";

export function Gone({ id }: { id: string }): JSX.Element {
  const last = useMoves(id).data?.items.find(({ is_coming }) => !is_coming);
  return (
    <>
      <section class="panel">
        <Empty icon="unplug" title={last ? `${id} ${last.is_loss ? "was lost" : "has left"}` : `No worker ${id} is here`}>
          {last ? (
            <p>
              <Ago at={last.at} />: {last.reason}
            </p>
          ) : (
            <p>None of that name came since the control plane started, or it was long ago.</p>
          )}
          <a class="button" href={urlOf("workers")}>
            To the workers
          </a>
        </Empty>
      </section>
      {last && <Recent of={id} />}
      {last && <Moves of={id} />}
    </>
  );
}
