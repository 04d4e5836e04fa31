// The search of the list of tasks: words, with what fits them below.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ErrorGroupPage } from "../../api/types";
import { Icon } from "../../components/icons";
import { useResource } from "../../live/resource";
import { now } from "../../state/clock";
import { type Filter, setFilter } from "./filter";
import { lastWord, searchedFor, suggest, type Suggestion, withoutOpen } from "./suggestions";

const TYPING_MILLISECONDS = 300;

interface SearchProps {
  filter: Filter;
  functions: readonly string[];
  workers: readonly string[];
  tags: readonly string[];
}

export function Search({ filter, functions, workers, tags }: SearchProps): JSX.Element {
  const [typed, setTyped] = useState(filter.q);
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const errors = useResource<ErrorGroupPage>(isOpen ? "errors?limit=50" : null).data?.items ?? [];
  const known = { functions, workers, tags, errors, now: now.peek() };
  const found = isOpen ? suggest(typed, filter, known) : [];
  const isHere = useRef(true);
  useEffect(() => () => (clearTimeout(timer.current), (isHere.current = false), undefined), []);
  useEffect(() => {
    if (searchedFor(typed, known) !== filter.q) setTyped(filter.q); // somebody else has changed it
  }, [filter.q]);
  const ask = (q: string, more: Partial<Filter> = {}) => {
    clearTimeout(timer.current);
    if (q !== filter.q || Object.keys(more).length > 0) setFilter({ ...more, q });
  };
  const numbers = [functions, workers, tags, errors].map((values) => values.length);
  useEffect(() => {
    if (isOpen) ask(searchedFor(typed, known)); // what was typed before they came may be one of them
  }, numbers);
  const change = (text: string) => {
    setTyped(text);
    setAt(-1);
    setOpen(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => ask(searchedFor(text, known)), TYPING_MILLISECONDS);
  };
  const choose = ({ word, change: more }: Suggestion) => {
    const text = lastWord(typed).before + word;
    if (!more) return change(text);
    setTyped(text);
    setAt(-1);
    ask(text.trim(), more);
  };
  /** What stands in the field is searched for, and nothing else stands there. */
  const finish = () => {
    const text = withoutOpen(typed);
    setTyped(text);
    setOpen(false);
    ask(text);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = found[at];
    if (step && found.length) setAt((at + step + found.length + (at < 0 && step < 0 ? 1 : 0)) % found.length);
    else if (event.key === "Enter" && chosen) choose(chosen);
    else if (event.key === "Enter") finish();
    else if (event.key === "Tab" && chosen && !event.shiftKey) choose(chosen);
    else if (event.key === "Escape" && found.length) setOpen(false);
    else if (event.key === "Escape") return (event.currentTarget as HTMLElement).blur();
    else return;
    event.preventDefault();
  };
  return (
    <div class="search-box">
      <label class="search">
        <Icon name="search" />
        <span class="offscreen">Search tasks</span>
        <input
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={found.length > 0}
          aria-controls="suggestions"
          aria-activedescendant={at >= 0 ? `suggestion-${at}` : undefined}
          data-search
          value={typed}
          maxLength={500}
          autocomplete="off"
          spellcheck={false}
          placeholder="Search names, ids, errors, or args.NAME:value"
          title="Words, or status: priority: name: worker: tag: error: since: until: args.NAME: with a value behind it, in quotes if it has blanks"
          aria-keyshortcuts="/"
          onInput={(event) => change(event.currentTarget.value)}
          onFocus={() => setOpen(true)}
          onBlur={() => isHere.current && finish()} // a field that goes loses the focus, too
          onKeyDown={onKeyDown}
        />
      </label>
      <ul class="suggestions" role="listbox" id="suggestions" aria-label="What fits" hidden={found.length === 0}>
        {found.map((one, index) => (
          <li
            key={`${one.text} ${one.change?.fingerprint ?? one.hint}`}
            id={`suggestion-${index}`}
            role="option"
            aria-selected={index === at}
            // Before the field loses the focus, and the list with it.
            onPointerDown={(event) => (event.preventDefault(), choose(one))}
          >
            <span>{one.text}</span>
            <small>{one.hint}</small>
          </li>
        ))}
      </ul>
    </div>
  );
}
