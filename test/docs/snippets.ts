/** What a page shows to be pasted into a shell. */

export interface Snippet {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly text: string;
}

/** Blocks that are fenced as `sh`, and indented ones. */
export function snippetsOf(page: string): readonly Snippet[] {
  const snippets: { readonly line: number; lines: string[] }[] = [];
  let fence: string | null = null;
  let open: { readonly line: number; lines: string[] } | null = null;
  for (const [index, line] of page.split("\n").entries()) {
    const mark = /^```(\w*)/.exec(line);
    if (mark !== null) {
      fence = fence === null ? (mark[1] ?? "") : null;
      open = null;
      continue;
    }
    const isCode = fence === null ? /^ {4}\S/.test(line) : fence === "sh";
    if (!isCode) {
      open = null;
      continue;
    }
    if (open === null) snippets.push((open = { line: index + 1, lines: [] }));
    open.lines.push(line);
  }
  return snippets.map(({ line, lines }) => ({ line, text: lines.join("\n") }));
}
