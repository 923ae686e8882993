import { once } from "node:events";
import { expect } from "vitest";
import { WebSocket } from "ws";
import type { CallEnd, CallView } from "../../../src/calls/index.js";
import type { DepartmentFigures } from "../../../src/queues/index.js";
import { eventually } from "../../lab/wait.js";
import type { Client } from "../harness.js";

export interface Told {
  readonly id: string | null;
  readonly type: string;
  readonly data: { readonly call?: CallView; readonly recording?: { readonly id: string; readonly callId: string; readonly endedAt: string | null }; readonly ended?: CallEnd; readonly callId?: string; readonly code?: string; readonly outcome?: string; readonly mode?: string; readonly target?: string; readonly department?: unknown; readonly queue?: unknown; readonly agent?: unknown; readonly id?: string; readonly note?: string | null; readonly by?: string; readonly reason?: string; readonly to?: unknown; readonly figures?: DepartmentFigures };
}

/** Reads somebody's live events as they come. */
export class Follower {
  readonly told: Told[] = [];
  readonly #stop = new AbortController();

  async open(client: Client, lastEventId?: string): Promise<this> {
    const headers = { authorization: `Bearer ${client.token}`, ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }) };
    const response = await fetch(`${client.url()}/events`, { headers, signal: this.#stop.signal });
    expect(response.status).toBe(200);
    void this.#read(response.body).catch(() => undefined);
    return this;
  }

  /** The same over the WebSocket. */
  async openSocket(client: Client): Promise<this> {
    const socket = new WebSocket(`${client.url().replace(/^http/, "ws")}/ws`, { headers: { authorization: `Bearer ${client.token}` } });
    this.#stop.signal.addEventListener("abort", () => socket.terminate());
    socket.on("message", (text: Buffer) => this.told.push(JSON.parse(text.toString()) as Told));
    await once(socket, "open");
    return this;
  }

  /** The first event that fits, waited for. */
  async sees(what: string, fits: (event: Told) => boolean): Promise<Told> {
    return eventually(what, () => this.told.find(fits), { details: () => this.types.join(", ") });
  }

  get types(): string[] {
    return this.told.map(({ type }) => type);
  }

  close(): void {
    this.#stop.abort();
  }

  async #read(body: ReadableStream<Uint8Array> | null): Promise<void> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      // The last words of a stream that the server ends have no id.
      for (const data of blocks.flatMap((block) => (/^event: (?:closed|dropped)$/m.test(block) ? [] : (/^data: (.*)$/m.exec(block)?.[1] ?? [])))) this.told.push(JSON.parse(data) as Told);
    }
  }
}
