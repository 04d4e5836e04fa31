// Light, dark, or as the system says.
import { computed, effect, signal } from "@preact/signals";
import { stored } from "./stored";

export type Theme = "system" | "light" | "dark";
const isTheme = (value: unknown): value is Theme => value === "system" || value === "light" || value === "dark";

export const theme = stored<Theme>("theme", "system", isTheme);
const systemIsDark = signal(false);
const isOnPaper = signal(false);
export const isDark = computed(() => !isOnPaper.value && (theme.value === "dark" || (theme.value === "system" && systemIsDark.value)));

/** Keep the document in the chosen theme. */
export function startTheme(): void {
  const media = window.matchMedia("(prefers-color-scheme: dark)");
  systemIsDark.value = media.matches;
  media.addEventListener("change", () => (systemIsDark.value = media.matches));
  const paper = window.matchMedia("print"); // also the charts, which are drawn in the colours of the theme
  paper.addEventListener("change", () => (isOnPaper.value = paper.matches));
  isOnPaper.value = paper.matches;
  effect(() => {
    document.documentElement.dataset.theme = isDark.value ? "dark" : "light";
  });
}

/** Change to the other of light and dark; where that is what the system says, follow the system again. */
export function toggleTheme(): void {
  const wanted = isDark.peek() ? "light" : "dark";
  theme.value = (wanted === "dark") === systemIsDark.peek() ? "system" : wanted;
}
