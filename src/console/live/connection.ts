/** The stream of live events: opened with a ticket, resumed where it broke off, and tried again by itself, with growing pauses. */
import type { LiveEvent } from "../api/types.js";

export type ConnectionState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** `since` and `nextAt`: milliseconds of `Date.now()`. */
  | { readonly kind: "lost"; readonly since: number; readonly nextAt: number };

export interface ConnectionPorts {
  /** A ticket for one stream; null: nobody is logged in. Throws when the server is not reached. */
  readonly ticket: () => Promise<string | null>;
  readonly open: (url: string) => WebSocket;
  readonly url: (query: URLSearchParams) => string;
  readonly event: (event: LiveEvent) => void;
  readonly state: (state: ConnectionState) => void;
  readonly now?: () => number;
  readonly random?: () => number;
}

const PAUSE_MS = { first: 500, longest: 15_000 };
/** The stream tells every 15 s that it is alive; when nothing has come for so long, the network has gone without a word (`/docs/events`). */
const SILENT_MS = 35_000;
const LOOK_MS = 2500;

export class LiveConnection {
  readonly #ports: ConnectionPorts;
  readonly #now: () => number;
  #socket: WebSocket | null = null;
  #lastId: string | null = null;
  #attempts = 0;
  #lostAt: number | null = null;
  #heardAt = 0;
  #again: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #closed = true;
  #opening = 0;

  constructor(ports: ConnectionPorts) {
    this.#ports = ports;
    this.#now = ports.now ?? Date.now;
  }

  open(): void {
    if (!this.#closed) return;
    this.#closed = false;
    this.#watch = setInterval(() => this.#look(), LOOK_MS);
    this.#ports.state({ kind: "connecting" });
    void this.#connect();
  }

  /** The browser has no network: what is open does not find that out by itself. */
  offline(): void {
    if (this.#socket === null) return;
    const socket = this.#socket;
    this.#socket = null;
    socket.close();
    this.#lost();
  }

  /** At once, without waiting for the next try. */
  retry(): void {
    if (this.#closed || this.#socket !== null) return;
    clearTimeout(this.#again);
    void this.#connect();
  }

  close(): void {
    this.#closed = true;
    this.#opening++;
    clearTimeout(this.#again);
    clearInterval(this.#watch);
    this.#socket?.close(1000);
    this.#socket = null;
    this.#lastId = null;
    this.#attempts = 0;
    this.#lostAt = null;
  }

  async #connect(): Promise<void> {
    const opening = ++this.#opening;
    let ticket: string | null;
    try {
      ticket = await this.#ports.ticket();
    } catch {
      if (opening === this.#opening) this.#lost();
      return;
    }
    // Closed meanwhile, or nobody is logged in any more: a login opens it anew.
    if (opening !== this.#opening || ticket === null) return;
    const query = new URLSearchParams({ ticket, ...(this.#lastId === null ? {} : { lastEventId: this.#lastId }) });
    const socket = this.#ports.open(this.#ports.url(query));
    this.#socket = socket;
    this.#heardAt = this.#now();
    socket.onopen = () => {
      // What was missed comes now; without a place to go on from, the snapshot comes first.
      if (socket === this.#socket && this.#lastId !== null) this.#back();
    };
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      if (socket === this.#socket) this.#message(data);
    };
    socket.onclose = () => {
      if (socket !== this.#socket) return;
      this.#socket = null;
      this.#lost();
    };
  }

  #message(text: string): void {
    this.#heardAt = this.#now();
    const event = JSON.parse(text) as LiveEvent;
    if (event.id !== null) this.#lastId = event.id;
    this.#ports.event(event);
    if (event.type === "snapshot" && event.data.last) this.#back();
  }

  #back(): void {
    this.#attempts = 0;
    this.#lostAt = null;
    this.#ports.state({ kind: "live" });
  }

  #lost(): void {
    if (this.#closed) return;
    const now = this.#now();
    this.#lostAt ??= now;
    const longest = Math.min(PAUSE_MS.longest, PAUSE_MS.first * 2 ** this.#attempts++);
    // A thousand pages that lost their server do not come back at the same moment.
    const pause = longest / 2 + ((this.#ports.random ?? Math.random)() * longest) / 2;
    this.#ports.state({ kind: "lost", since: this.#lostAt, nextAt: now + pause });
    this.#again = setTimeout(() => void this.#connect(), pause);
  }

  #look(): void {
    if (this.#socket !== null && this.#now() - this.#heardAt > SILENT_MS) this.offline();
  }
}
