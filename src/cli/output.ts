type Cell = string | number | boolean | null;

/** Columns as wide as their widest cell; `-` where there is nothing. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [head, ...rows.map((row) => row.map((cell) => (cell === null || cell === "" ? "-" : String(cell))))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd() + "\n").join("");
}

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** One line of text, whatever it held. */
export const oneLine = (text: string): string => text.trim().replace(/\s*[\r\n]+\s*/g, "; ");
