import { type JSX, render } from "preact";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Dialog } from "../src/components/dialog";
import { shortcuts, useShortcuts } from "../src/state/shortcuts";

// Nothing here waits: whoever presses two keys at once does not, either.
describe("what is on the screen", () => {
  let root: HTMLElement;

  beforeEach(() => document.body.append((root = document.createElement("div"))));
  afterEach(() => {
    render(null, root);
    root.remove();
  });

  it("is an open dialog at once, so that the next key is typed into it", () => {
    render(
      <Dialog title="Go to" onClose={() => undefined}>
        <input />
      </Dialog>,
      root,
    );
    expect(root.querySelector("dialog")!.open).toBe(true);
  });

  it("begins in its first field", () => {
    render(
      <Dialog title="Ask" onClose={() => undefined}>
        <form>
          <select />
          <input />
        </form>
      </Dialog>,
      root,
    );
    expect(document.activeElement?.tagName).toBe("SELECT");
  });

  it("begins, where nothing is to be filled in, on the button that changes nothing", () => {
    render(
      <Dialog title="Ask" onClose={() => undefined}>
        <form>
          <footer>
            <button type="button">Keep</button>
            <button type="submit">Delete</button>
          </footer>
        </form>
      </Dialog>,
      root,
    );
    expect(document.activeElement?.textContent).toBe("Keep");
  });

  it("begins in a field that comes later, since it had to be asked for", async () => {
    const open = (content: JSX.Element) =>
      render(
        <Dialog title="Run it again" onClose={() => undefined}>
          {content}
        </Dialog>,
        root,
      );
    open(<p>Loading</p>);
    open(
      <form>
        <input id="first" />
      </form>,
    );
    await new Promise((resolve) => setTimeout(resolve));
    expect(document.activeElement?.id).toBe("first");
  });

  it("leaves the focus where a person has put it meanwhile", async () => {
    const open = (content: JSX.Element) =>
      render(
        <Dialog title="Run it again" onClose={() => undefined}>
          <p id="text" tabIndex={-1} />
          {content}
        </Dialog>,
        root,
      );
    open(<i />);
    document.getElementById("text")?.focus();
    open(<input />);
    await new Promise((resolve) => setTimeout(resolve));
    expect(document.activeElement?.id).toBe("text");
  });

  it("begins on what there is to do, not on what closes it", () => {
    render(
      <Dialog title="Keys" onClose={() => undefined}>
        <label>
          <input type="checkbox" id="box" />
        </label>
      </Dialog>,
      root,
    );
    expect(document.activeElement?.id).toBe("box");
  });

  it("has its keys at once, and as long as it is there", () => {
    const Page = () => {
      useShortcuts([{ keys: "R", label: "Retry", group: "Task", run: () => undefined }]);
      return null;
    };
    render(<Page />, root);
    expect(shortcuts.value.map(({ keys }) => keys)).toEqual(["R"]);
    render(null, root);
    expect(shortcuts.value).toEqual([]);
  });
});
