/** The files into which rooms (conferences of FreeSWITCH) are recorded, until FreeSWITCH has closed them. */
import { within } from "../abort.js";

interface OpenFile {
  readonly closed: Promise<true>;
  readonly close: (closed: true) => void;
}

const keyOf = (node: string, path: string): string => `${node} ${path}`;

export class RoomFiles {
  /** By node and path. Bounded by the rooms that are recorded: each leaves when it is closed, or when nobody waits for that any longer. */
  readonly #open = new Map<string, OpenFile>();

  /** FreeSWITCH writes to it, or is about to. */
  opened(node: string, path: string): void {
    if (this.isOpen(node, path)) return;
    let close: OpenFile["close"] = () => undefined;
    const closed = new Promise<true>((resolve) => (close = resolve));
    this.#open.set(keyOf(node, path), { closed, close });
  }

  isOpen(node: string, path: string): boolean {
    return this.#open.has(keyOf(node, path));
  }

  closed(node: string, path: string): void {
    this.#open.get(keyOf(node, path))?.close(true);
    this.#open.delete(keyOf(node, path));
  }

  /** Resolves when the file is closed, at the latest after so many milliseconds; gives whether it is. */
  async complete(node: string, path: string, ms: number): Promise<boolean> {
    const file = this.#open.get(keyOf(node, path));
    if (file === undefined) return true;
    const isClosed = await within(file.closed, ms);
    this.#open.delete(keyOf(node, path));
    return isClosed === true;
  }
}
