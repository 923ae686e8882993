/** A console that never polls: it knows what the event stream has told it, and is compared with the lists. */
import { WebSocket } from "ws";
import { eventually } from "../lab/wait.js";
import { StreamPicture, type StreamEvent } from "../support/stream-picture.js";
import type { Client } from "./harness.js";

/** What a client must be told of to know the calls, however few topics it wants. */
const OF_THE_LIST: ReadonlySet<string> = new Set(["snapshot", "call.created", "call.updated", "call.ended", "call.removed"]);
const RETRY_MS = 100;
const AGREE_MS = 15_000;
/** Events of one moment go out together, a little later than the act is answered. */
const EVERY_MS = 20;

interface List {
  readonly items: readonly Readonly<Record<string, unknown>>[];
}

export class StreamClient {
  readonly #client: Client;
  readonly #name: string;
  #picture = new StreamPicture();
  /** Made of the events alone that a change of the list is told by: those of single acts come besides. */
  #narrow = new StreamPicture();
  #socket: WebSocket | null = null;
  #retry: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(name: string, client: Client) {
    this.#name = name;
    this.#client = client;
    this.#open();
  }

  close(): void {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#socket?.terminate();
  }

  /** Waits until the picture is what the lists show. While Callplane does not answer there is nothing to compare. `figures`: those too, which are told once a second. */
  async agrees({ figures }: { readonly figures: boolean }): Promise<void> {
    let problems: readonly string[] | null = [];
    await eventually(
      `${this.#name}'s picture from the stream to be what the lists show`,
      async () => {
        problems = await this.#problems(figures);
        return problems === null || problems.length === 0;
      },
      { timeoutMs: AGREE_MS, everyMs: EVERY_MS, details: () => (problems ?? []).join("\n") },
    );
  }

  #open(): void {
    const socket = new WebSocket(`${this.#client.url().replace(/^http/, "ws")}/ws`, { headers: { authorization: `Bearer ${this.#client.token}` } });
    this.#socket = socket;
    this.#picture = new StreamPicture();
    this.#narrow = new StreamPicture();
    socket.on("message", (text: Buffer) => {
      const event = JSON.parse(text.toString()) as StreamEvent;
      this.#picture.apply(event);
      if (OF_THE_LIST.has(event.type)) this.#narrow.apply(event);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (!this.#closed) this.#retry = setTimeout(() => this.#open(), RETRY_MS);
    });
  }

  /** Null: Callplane does not answer. */
  async #problems(withFigures: boolean): Promise<readonly string[] | null> {
    const paths = ["/voicechannel/calls?limit=1000", "/voicechannel/calls?state=queued&limit=1000", "/voicechannel/agents?limit=1000", "/voicechannel/queues?limit=1000", "/voiceconfig/departments"];
    const replies = await Promise.all(paths.map((path) => this.#client.get(path).catch(() => null)));
    const answers = replies.flatMap((reply) => (reply === null || reply.status === 503 ? [] : [reply]));
    if (answers.length < paths.length) return null;
    const refused = answers.flatMap(({ status }, index) => (status === 200 ? [] : [`${paths[index] ?? ""} was answered with ${status}`]));
    if (refused.length > 0) return refused;
    const lists = answers.map(({ body }) => (body as List).items);
    const shown = withFigures ? queueShape : (queue: object): object => ({ ...queueShape(queue), figures: null });
    const { known, calls, agents, queues, departments } = this.#picture;
    if (!known) return ["no snapshot yet"];
    const [listedCalls = [], queued = [], listedAgents = [], listedQueues = [], listedDepartments = []] = lists;
    return [
      ...differences("call", listedCalls, [...calls.values()], "id"),
      ...differences("call of the few topics", listedCalls, [...this.#narrow.calls.values()], "id"),
      ...differences("waiting call", queued, [...calls.values()].filter(({ state }) => state === "queued"), "id"),
      ...differences("agent", listedAgents, [...agents.values()], "id"),
      ...differences("queue", listedQueues.map(shown), [...queues.values()].map(shown), "name"),
      // A snapshot has no settings: those that changed since are known.
      ...differences("department", listedDepartments.filter(({ name }) => departments.has(String(name))), [...departments.values()], "name"),
    ];
  }
}

/** Without the calls, which are in the list of calls, and the wait that grows. */
function queueShape({ calls: _calls, figures, ...queue }: object & { readonly calls?: unknown; readonly figures?: unknown }): Readonly<Record<string, unknown>> {
  return { ...queue, figures: typeof figures === "object" && figures !== null ? { ...figures, longestWaitS: null } : null };
}

function differences(what: string, listed: readonly object[], pictured: readonly object[], key: string): readonly string[] {
  const byKey = (items: readonly object[]): Map<string, string> => new Map(items.map((item) => [String(Reflect.get(item, key)), JSON.stringify(sorted(item))]));
  const [expected, found] = [byKey(listed), byKey(pictured)];
  return [...new Set([...expected.keys(), ...found.keys()])].flatMap((id) => (expected.get(id) === found.get(id) ? [] : [`${what} ${id}\n  listed   ${expected.get(id) ?? "not"}\n  pictured ${found.get(id) ?? "not"}`]));
}

const sorted = (item: object): object => Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
