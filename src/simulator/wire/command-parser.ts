/** Cuts what a client sends into commands: a line, header lines, a blank line, and a body when Content-Length says so. */

export interface ClientCommand {
  /** The first line. */
  readonly line: string;
  /** Header names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

const END = Buffer.from("\n\n");
const MAX_HEAD_BYTES = 1024 * 1024;

export class CommandParser {
  #buffer: Buffer = Buffer.alloc(0);

  /** Gives the commands that are complete. Throws when a head grows beyond a megabyte. */
  push(chunk: Buffer): ClientCommand[] {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    const commands: ClientCommand[] = [];
    for (;;) {
      const command = this.#next();
      if (command === undefined) break;
      commands.push(command);
    }
    if (this.#buffer.length > MAX_HEAD_BYTES) throw new Error("The command is too long.");
    return commands;
  }

  #next(): ClientCommand | undefined {
    let start = 0;
    while (this.#buffer[start] === 0x0a || this.#buffer[start] === 0x0d) start++;
    const unified = this.#buffer.includes("\r\n\r\n", start) ? Buffer.from(this.#buffer.toString("utf8").replaceAll("\r\n", "\n")) : this.#buffer;
    if (unified !== this.#buffer) {
      this.#buffer = unified;
      return this.#next();
    }
    const end = this.#buffer.indexOf(END, start);
    if (end === -1) return undefined;
    const [line = "", ...rest] = this.#buffer.subarray(start, end).toString("utf8").split("\n");
    const headers = new Map<string, string>();
    for (const header of rest) {
      const colon = header.indexOf(":");
      if (colon > 0) headers.set(header.slice(0, colon).trim().toLowerCase(), header.slice(colon + 1).trim());
    }
    const bodyStart = end + END.length;
    const length = Number.parseInt(headers.get("content-length") ?? "0", 10) || 0;
    if (this.#buffer.length < bodyStart + length) return undefined;
    const body = this.#buffer.subarray(bodyStart, bodyStart + length).toString("utf8");
    this.#buffer = this.#buffer.subarray(bodyStart + length);
    return { line: line.trim(), headers, body };
  }
}
