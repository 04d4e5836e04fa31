// The help: every key that does something now.
import type { JSX } from "preact";
import { Dialog } from "../components/dialog";
import { param, setParams } from "../router/location";
import { areShortcutsOn, shortcuts } from "../state/shortcuts";

const OPEN = "help";

export const openHelp = (): void => setParams({ [OPEN]: "1" });
const closeHelp = () => setParams({ [OPEN]: "" });

export function Help(): JSX.Element | null {
  if (!param(OPEN)) return null;
  const list = [...new Map(shortcuts.value.map((one) => [one.keys, one])).values()];
  const groups = [...new Set(list.map(({ group }) => group))];
  return (
    <Dialog title="Keys" onClose={closeHelp} class="help">
      <div class="help-groups">
        {groups.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {list
                .filter((one) => one.group === group)
                .map(({ keys, label }) => (
                  <div key={keys}>
                    <dt>
                      {keys.split(" ").map((key) => (
                        <kbd key={key}>{key === "Ctrl+k" ? "Ctrl K" : key}</kbd>
                      ))}
                    </dt>
                    <dd>{label}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={areShortcutsOn.value}
          onChange={(event) => (areShortcutsOn.value = event.currentTarget.checked)}
        />
        Use keys without Ctrl
      </label>
    </Dialog>
  );
}
