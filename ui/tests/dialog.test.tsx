import { render } from "preact";
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
