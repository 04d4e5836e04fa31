// Saying that failures were seen, or that nobody wants to hear of them: on the page of a group, and in its row.
import type { JSX } from "preact";
import { type ErrorWord, sayOfError } from "../../api/actions";
import type { ErrorGroup } from "../../api/types";
import { Button } from "../../components/basics";
import { act } from "../../state/act";
import { toast } from "../../state/toasts";
import { tellWithUndo } from "../../state/undo";

/** Mute it, or take that back. */
export function muting({ muted }: Pick<ErrorGroup, "muted">): "mute" | "unmute" {
  return muted ? "unmute" : "mute";
}

export function say({ fingerprint }: Pick<ErrorGroup, "fingerprint">, word: ErrorWord, done: () => void): Promise<unknown> {
  const told = (one: ErrorWord) => sayOfError(fingerprint, one);
  return act("Not said", () => told(word), () => {
    if (word === "seen") toast("good", "Marked as seen; what fails from now on is new");
    else if (word === "mute") tellWithUndo("Muted: nobody is told of these failures", { call: () => told("unmute"), done });
    else tellWithUndo("Unmuted", { call: () => told("mute"), done });
    done();
  });
}

interface RowProps {
  group: ErrorGroup;
  refused: string | null;
  done: () => void;
}

/** The same as small buttons, in a row of the list. */
export function RowTriage({ group, refused, done }: RowProps): JSX.Element {
  const { error_type: type, new: unseen, muted } = group;
  return (
    <span class="row-actions">
      <Button
        kind="ghost"
        class="small"
        icon="check"
        label={`Mark ${type} as seen`}
        refused={refused ?? (unseen > 0 ? null : "all of it was seen")}
        onClick={() => say(group, "seen", done)}
      />
      <Button
        kind="ghost"
        class="small"
        icon={muted ? "play" : "ban"}
        label={`${muted ? "Unmute" : "Mute"} ${type}`}
        refused={refused}
        onClick={() => say(group, muting(group), done)}
      />
    </span>
  );
}
