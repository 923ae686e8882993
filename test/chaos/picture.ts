/** A client that knows of calls and agents only what the event stream tells it. */
import { z } from "zod";
import type { CallView } from "../../src/calls/types.js";
import type { Shared, Client } from "./client.js";

const event = z.object({ id: z.string().nullable(), type: z.string(), data: z.record(z.string(), z.unknown()) });
const RETRY_MS = 300;

export interface AgentPicture {
  readonly id: string;
  readonly status: string;
  readonly registered: boolean;
}

export class Picture {
  readonly client: Client;
  readonly #shared: Shared;
  /** Bounded by the live calls. */
  readonly calls = new Map<string, CallView>();
  /** Bounded by the agents. */
  readonly agents = new Map<string, AgentPicture>();
  #lastId = "";
  readonly #closing = new AbortController();

  constructor(client: Client, shared: Shared) {
    this.client = client;
    this.#shared = shared;
    void this.#follow();
  }

  close(): void {
    this.#closing.abort();
  }

  async #follow(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      await this.#read().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async #read(): Promise<void> {
    const headers = { authorization: `Bearer ${this.client.token}`, ...(this.#lastId === "" ? {} : { "last-event-id": this.#lastId }) };
    const response = await fetch(`${this.#shared.callplane.url()}/events`, { headers, signal: this.#closing.signal });
    if (response.status !== 200 || response.body === null) throw new Error(String(response.status));
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) this.#take(block);
    }
  }

  #take(block: string): void {
    const data = /^data: (.+)$/m.exec(block)?.[1];
    if (data === undefined) return;
    const parsed = event.safeParse(JSON.parse(data));
    if (!parsed.success) return;
    const { id, type, data: content } = parsed.data;
    if (this.client.organization !== null) {
      const foreign = this.#shared.tenants.foreign(this.client.organization, data);
      if (foreign.length > 0) this.#shared.journal.violated({ invariant: "tenants never meet", subject: `event ${type} to ${this.client.organization.name}`, expected: "nothing of another organization", found: foreign.join(", ") });
    }
    if (id !== null) this.#lastId = id;
    this.#apply(type, content);
  }

  #apply(type: string, data: Readonly<Record<string, unknown>>): void {
    const call = data["call"] as CallView | undefined;
    const agent = data["agent"] as AgentPicture | undefined;
    if (type === "snapshot") {
      const { part, calls, agents } = data as { part: number; calls: CallView[]; agents: AgentPicture[] };
      if (part === 1) {
        this.calls.clear();
        this.agents.clear();
      }
      for (const each of calls) this.calls.set(each.id, each);
      for (const each of agents) this.agents.set(each.id, each);
    } else if (type === "call.ended" || type === "call.removed") this.calls.delete(call?.id ?? String(data["callId"]));
    else if (type.startsWith("call.") && call !== undefined) this.calls.set(call.id, call);
    else if (type.startsWith("agent.") && typeof agent === "object") this.agents.set(agent.id, agent);
  }
}
