// Rows with columns that stand below one another.

import { stripVTControlCharacters } from "node:util";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** Cells of a terminal; wide characters count as one, which the names of tensors don't have. */
const widthOf = (text: string): number => [...stripVTControlCharacters(text)].length;

/** @returns lines, with the titles first unless all are empty */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  title: (text: string) => string = (text) => text,
): string[] {
  const titles = columns.map((column) => column.title);
  const all = titles.some((text) => text !== "") ? [titles.map(title), ...rows] : rows;
  const widths = columns.map((_, i) => Math.max(0, ...all.map((row) => widthOf(row[i] ?? ""))));
  return all.map((row) =>
    columns
      .map(({ align }, i) => {
        const cell = row[i] ?? "";
        const space = " ".repeat((widths[i] as number) - widthOf(cell));
        return align === "right" ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd(),
  );
}
