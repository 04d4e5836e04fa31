import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, Unreachable } from "../src/api/problem";
import { Boundary } from "../src/components/boundary";
import { Kept } from "../src/components/kept";
import { Content, Panel } from "../src/components/panel";
import { link } from "../src/live/live";
import type { Resource } from "../src/live/resource";
import { isUtc } from "../src/state/clock";

const NOON = Date.UTC(2026, 10, 22, 12, 0, 7);
const BROKEN = new ApiError({ type: "about:blank", title: "Internal error", status: 500 });

function resource(about: Partial<Resource<string>>): Resource<string> {
  return { data: "ten", error: null, isLoading: false, asOf: NOON, isStale: false, refresh: vi.fn(), ...about };
}

describe("what is shown while no news come", () => {
  let root: HTMLElement;
  const show = (element: preact.JSX.Element) => act(() => render(element, root));
  const press = (name: string) =>
    act(() => [...root.querySelectorAll("button")].find((one) => `${one.title}${one.textContent}`.includes(name))?.click());

  beforeEach(() => {
    isUtc.value = true;
    root = document.body.appendChild(document.createElement("div"));
  });
  afterEach(async () => {
    await act(() => render(null, root));
    root.remove();
    link.value = { state: "connecting" };
  });

  it("says of which time it is, as a panel and as a part of a page", async () => {
    const old = resource({ isStale: true });
    await show(<Panel resource={old} title="Numbers">{(data) => <p>{data}</p>}</Panel>);
    expect(root.querySelector(".stale .as-of")?.textContent).toBe("as of 12:00:07Z");
    await show(<Content resource={old}>{(data) => <p>{data}</p>}</Content>);
    expect(root.querySelector(".kept.stale > .as-of")?.textContent).toBe("as of 12:00:07Z");
    expect(root.querySelector(".kept-body")?.textContent).toBe("ten");
  });

  it("stays beside what went wrong, which can be tried again", async () => {
    const failed = resource({ error: BROKEN, isStale: true });
    for (const shown of [
      <Panel resource={failed}>{(data) => <p>{data}</p>}</Panel>,
      <Content resource={failed}>{(data) => <p>{data}</p>}</Content>,
    ]) {
      await show(shown);
      expect(root.textContent).toContain("Internal error");
      expect(root.textContent).toContain("ten");
      await press("Try again");
    }
    expect(failed.refresh).toHaveBeenCalledTimes(2);
  });

  it("does not say everywhere that nobody answers, for the banner says it", async () => {
    const away = resource({ error: new Unreachable("gone"), isStale: true });
    await show(<Content resource={away}>{(data) => <p>{data}</p>}</Content>);
    expect(root.textContent).toContain("does not answer"); // only this was not answered
    link.value = { state: "reconnecting", retryAt: 0, since: 0 };
    await show(<Content resource={away}>{(data) => <p>{data}</p>}</Content>);
    expect(root.textContent).not.toContain("does not answer");
  });

  it("says what went wrong with a part that may be missing, but not what the list beside it says, too", async () => {
    const refused = new ApiError({ type: "about:blank", title: "Bad filter", status: 400 });
    const none = (error: unknown) => (
      <Kept of={resource({ data: null, error })} isOptional>
        {null}
      </Kept>
    );
    await show(none(BROKEN));
    expect(root.textContent).toContain("Internal error");
    await show(none(refused));
    expect(root.textContent).toBe("");
  });
});

describe("a fault in drawing", () => {
  let root: HTMLElement;
  let isBroken: boolean;
  const Fragile = () => {
    if (isBroken) throw new Error("it cannot be drawn");
    return <p>drawn</p>;
  };

  beforeEach(() => {
    isBroken = true;
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    root = document.body.appendChild(document.createElement("div"));
  });
  afterEach(async () => {
    await act(() => render(null, root));
    root.remove();
    vi.restoreAllMocks();
  });

  it("stays where it is, can be copied, and goes when it is tried again", async () => {
    const copied: string[] = [];
    vi.stubGlobal("navigator", { clipboard: { writeText: (text: string) => (copied.push(text), Promise.resolve()) } });
    await act(() =>
      render(
        <>
          <Panel title="One">
            <Fragile />
          </Panel>
          <Boundary of="chart">
            <Fragile />
          </Boundary>
          <p>the others live</p>
        </>,
        root,
      ),
    );
    expect(root.textContent).toContain("This panel has a fault");
    expect(root.textContent).toContain("This chart has a fault");
    expect(root.textContent).toContain("the others live");
    await act(() => root.querySelector<HTMLButtonElement>("[aria-label='Copy details']")?.click());
    expect(copied[0]).toContain("it cannot be drawn");
    isBroken = false;
    const again = [...root.querySelectorAll("button")].filter(({ textContent }) => textContent === "Try again");
    await act(() => again.forEach((button) => button.click()));
    expect(root.querySelectorAll(".fault-box")).toHaveLength(0);
    expect(root.textContent).toContain("drawn");
    vi.unstubAllGlobals();
  });
});
