/**
 * Splits as switch_separate_string does: single quotes protect the delimiter, a backslash escapes it (and `'`, `\n`, `\r`, `\t`, `\s`).
 * @param limit how many parts at most; the last one takes the rest.
 */
export function separate(text: string, delimiter: string, limit = Number.POSITIVE_INFINITY): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < text.length && parts.length + 1 < limit; i++) {
    const char = text.charAt(i);
    if (char === "\\") i++;
    else if (char === "'" && (quoted || text.indexOf("'", i + 1) !== -1)) quoted = !quoted;
    else if (char === delimiter && !quoted) {
      parts.push(clean(text.slice(start, i), delimiter));
      start = i + 1;
      // Spaces separate as a run, other delimiters one by one.
      while (delimiter === " " && text.charAt(start) === " ") start = ++i + 1;
    }
  }
  if (text.length > 0) parts.push(clean(text.slice(start), delimiter));
  return parts;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", s: " ", "\\": "\\", "'": "'" };

function clean(part: string, delimiter: string): string {
  const trimmed = part.trim();
  let out = "";
  let quoted = false;
  for (let i = 0; i < trimmed.length; i++) {
    const char = trimmed.charAt(i);
    const next = trimmed.charAt(i + 1);
    if (char === "\\" && next === delimiter) {
      out += delimiter;
      i++;
    } else if (char === "\\" && ESCAPES[next] !== undefined) {
      out += ESCAPES[next];
      i++;
    } else if (char === "'" && (quoted || trimmed.indexOf("'", i + 1) !== -1)) quoted = !quoted;
    else out += char;
  }
  return out;
}
