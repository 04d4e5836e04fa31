// Numbers as people read them: counts, rates, seconds, bytes, shares.

const LOCALE = "en-GB";
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
const fine = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 3 });
export const NOTHING = "–";
const whatItIs = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 15 });

/** A number that somebody has said, as it is: 2.5, 0.001, 1,000. */
export function exact(value: number): string {
  return whatItIs.format(value);
}

/** 1,204; from a million on 1.2M. */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING;
  return Math.abs(value) < 1e6 ? whole.format(value) : short.format(value);
}

/** A rate per second: 212/s, 0.4/s. */
export function rate(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING;
  if (value === 0) return "0/s";
  if (value < 0.01) return "<0.01/s";
  if (value >= 100) return `${count(value)}/s`;
  return `${Number(value.toFixed(value < 1 ? 2 : 1))}/s`;
}

/** A share of 1 as a percentage: 0.2 %. */
export function share(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING;
  const percent = value * 100;
  if (percent > 0 && percent < 0.1) return "<0.1%";
  return `${percent >= 10 || percent === 0 ? Math.round(percent) : percent.toFixed(1)}%`;
}

/** Seconds in the two largest units that matter: 840 ms, 4.2 s, 3 min 5 s, 3 d 2 h. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NOTHING;
  if (seconds < 0) return `-${duration(-seconds)}`;
  if (seconds === 0) return "0 s";
  if (seconds < 0.001) return `${fine.format(seconds * 1e6)} µs`;
  if (seconds < 0.9995) return `${fine.format(seconds * 1000)} ms`;
  if (seconds < 59.95)
    return `${seconds < 10 || Number.isInteger(seconds) ? fine.format(seconds) : seconds.toFixed(1)} s`;
  return longDuration(Math.round(seconds));
}

const FINEST = 1.5625e-6; // the API does not tell shorter ones apart

/** A percentile of durations. */
export function percentile(seconds: number | null | undefined): string {
  const isBelow = seconds !== null && seconds !== undefined && seconds <= FINEST;
  return isBelow ? "< 2 µs" : duration(seconds);
}

function longDuration(seconds: number): string {
  const units: [number, string][] = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const first = units.findIndex(([size]) => seconds >= size);
  const [size, name] = units[first] ?? [1, "s"];
  const [nextSize, nextName] = units[first + 1] ?? [0, ""];
  const rest = nextSize ? Math.floor((seconds % size) / nextSize) : 0;
  return `${Math.floor(seconds / size)} ${name}${rest ? ` ${rest} ${nextName}` : ""}`;
}

/** Bytes with binary steps: 210 MiB. */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const step = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  return `${fine.format(value / 2 ** (10 * step))} ${units[step]}`;
}

/** "1 task", "2 tasks". */
export function plural(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}
