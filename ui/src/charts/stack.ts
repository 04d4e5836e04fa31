// Lines on top of each other, and fewer points for a table.

export type Column = readonly (number | null)[];

/** Return each column with all those after it added, so that the first is the whole. */
export function stacked(columns: readonly Column[]): (number | null)[][] {
  const result: (number | null)[][] = [];
  let above: Column | undefined;
  for (const column of [...columns].reverse()) {
    const before = above;
    const sum = column.map((value, index) => {
      const under = before?.[index] ?? null;
      return value === null && under === null ? null : (value ?? 0) + (under ?? 0);
    });
    result.unshift(sum);
    above = sum;
  }
  return result;
}

/** Return at most `most` indexes of `length` points, evenly, the last one always. */
export function thinned(length: number, most: number): number[] {
  const step = Math.max(1, Math.ceil(length / most));
  const indexes: number[] = [];
  for (let index = length - 1; index >= 0; index -= step) indexes.unshift(index);
  return indexes;
}

/** Return the last value of a column that was seen. */
export function latest(column: Column): number | null {
  return column.findLast((value) => value !== null) ?? null;
}

/** Return the indexes of values without neighbours: a line alone would not show them. */
export function isolated(column: ArrayLike<number | null | undefined>): number[] {
  const has = (index: number) => column[index] !== null && column[index] !== undefined;
  return Array.from(column, (_, index) => index).filter((index) => has(index) && !has(index - 1) && !has(index + 1));
}
