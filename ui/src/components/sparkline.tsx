// A small line of numbers beside the number of now.
import type { JSX } from "preact";

export function Sparkline({ values, label }: { values: readonly number[]; label: string }): JSX.Element {
  const width = 96;
  const height = 22;
  const top = Math.max(1, ...values);
  const step = width / Math.max(1, values.length - 1);
  const points = values.map(
    (value, index) => `${(index * step).toFixed(1)},${(height - 1 - (value / top) * (height - 3)).toFixed(1)}`,
  );
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      {points.length > 1 && <path class="area" d={`M0,${height} L${points.join(" L")} L${width},${height} Z`} />}
      {points.length > 1 && <polyline points={points.join(" ")} />}
    </svg>
  );
}
