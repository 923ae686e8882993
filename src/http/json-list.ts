/** Lists whose items are kept as JSON text. */

const COMMA = 0x2c;

/**
 * `head`, the items with commas between them, and `tail`, in UTF-8. Each item is written to its place: to join them to one long text and to encode that
 * takes several times as long, and the longest lists are several megabytes.
 */
export function jsonList(head: string, items: readonly string[], tail: string): Buffer {
  let length = Buffer.byteLength(head) + Buffer.byteLength(tail) + Math.max(0, items.length - 1);
  for (const item of items) length += Buffer.byteLength(item);
  // Not from the pool, which is for what is small and short-lived.
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = bytes.write(head);
  for (const [index, item] of items.entries()) {
    if (index > 0) bytes[at++] = COMMA;
    at += bytes.write(item, at);
  }
  bytes.write(tail, at);
  return bytes;
}
