export interface ByteRange {
  readonly start: number;
  /** Included. */
  readonly end: number;
}

/** One range of a `Range` header (RFC 9110, 14.2). Null: all of it, also for what is no range of bytes or several of them, which a server may ignore. */
export function byteRange(header: string | undefined, bytes: number): ByteRange | "unsatisfiable" | null {
  const [, from = "", to = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "") ?? [];
  if (from === "" && to === "") return null;
  if (from === "") {
    const last = Number(to);
    return last === 0 || bytes === 0 ? "unsatisfiable" : { start: Math.max(0, bytes - last), end: bytes - 1 };
  }
  const start = Number(from);
  const end = to === "" ? bytes - 1 : Math.min(Number(to), bytes - 1);
  if (to !== "" && Number(to) < start) return null;
  return start >= bytes ? "unsatisfiable" : { start, end };
}
