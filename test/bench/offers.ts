/** From the end of an agent's call to the ringing of her phone for the next caller, by the switch's own clock: the whole product, 2,000 callers and 500 agents. */
import { z } from "zod";
import { EventSocketConnection, type ChannelEvent } from "../../src/freeswitch/index.js";
import { EventParser } from "../../src/freeswitch/event-parser.js";
import { eventually } from "../lab/wait.js";
import type { Child } from "./support/child.js";
import type { Benchmark, Finding } from "./support/finding.js";
import { HttpConnection } from "./support/http-client.js";
import { median, ms, p99 } from "./support/measure.js";
import { openSwitch, settled, startCallplane, startSwitches } from "./support/stage.js";

const DOMAIN = "lab.test";
const CALLERS = 2000;
const AGENTS = 500;
const DEPARTMENTS = 20;
const SINGLY = 300;
const AT_ONCE = 20;
const TARGET_MS = 50;

const extensions = Array.from({ length: AGENTS }, (_, index) => String(2000 + index));
const departments = Array.from({ length: DEPARTMENTS }, (_, index) => `d${index}`);
const callers = Array.from({ length: CALLERS }, (_, index) => `1666${String(index).padStart(7, "0")}`);
const departmentsOf = (agent: number): readonly number[] => [...new Set([agent % DEPARTMENTS, (agent * 7 + 3) % DEPARTMENTS, (agent * 11 + 5) % DEPARTMENTS])];

const nameOf = (extension: string): string => `gw+${extension}@`;

/** What the switch tells of the agents' phones. */
class Phones {
  readonly #parser = new EventParser();
  readonly #ended = new Map<string, number>();
  readonly offers = new Map<string, { readonly ms: number; readonly caller: string }>();

  take(body: Buffer): void {
    const event = this.#parser.parse(body);
    if (event?.kind !== "channel") return;
    const extension = extensions.find((each) => event.row.name?.includes(nameOf(each)));
    if (extension === undefined) return;
    if (event.name === "CHANNEL_HANGUP") this.#ended.set(extension, event.timestampUs);
    else if (event.name === "CHANNEL_CREATE") this.#rings(extension, event);
  }

  #rings(extension: string, { timestampUs, row }: ChannelEvent): void {
    const ended = this.#ended.get(extension);
    if (ended === undefined || this.offers.has(extension)) throw new Error(`the phone ${extension} rings although nobody hung up on it`);
    this.offers.set(extension, { ms: (timestampUs - ended) / 1000, caller: row.cid_num?.replace("+", "") ?? "" });
  }
}

/** A benchmark of wrong offers would be worth nothing: the callers are taken in the order in which they came. */
class Waiting {
  readonly #left = departments.map((_, department) => callers.flatMap((number, index) => (index % DEPARTMENTS === department ? [{ number, index }] : [])));

  take(extension: string, number: string): void {
    const own = departmentsOf(extensions.indexOf(extension)).map((department) => this.#left[department] ?? []);
    const line = own.find((each) => each[0]?.number === number);
    const longest = Math.min(...own.map(([first]) => first?.index ?? Infinity));
    if (line?.[0]?.index !== longest) throw new Error(`${extension} was offered ${number}, and ${callers[longest] ?? "nobody"} had waited longest`);
    line.shift();
  }
}

async function measure(switches: Child, callplane: Child): Promise<readonly Finding[]> {
  const { switchId, eslUrl, port } = await openSwitch(switches, [{ domain: DOMAIN, extensions, calls: AGENTS }], extensions);
  const organizations = [{ domain: DOMAIN, extensions, departmentsOf: extensions.map((_, agent) => departmentsOf(agent).map((department) => `d${department}`)) }];
  const started = await callplane.ask("start", { eslUrl, organizations }, z.object({ port: z.number(), tokens: z.array(z.string()) }));
  const http = await HttpConnection.open(started.port, started.tokens[0] ?? "");
  const phones = new Phones();
  const events = await EventSocketConnection.open({ name: "bench", host: "127.0.0.1", port, password: "bench", handshakeMs: 5000, onEvent: (body) => phones.take(body) });
  try {
    await settled(http);
    for (const agent of extensions) {
      const reply = await fetch(`http://127.0.0.1:${started.port}/voicechannel/agents/${agent}/status`, { method: "POST", headers: { authorization: `Bearer ${started.tokens[0] ?? ""}`, "content-type": "application/json" }, body: '{"status":"online"}' });
      if (reply.status !== 200) throw new Error(`${agent} is not online: ${await reply.text()}`);
    }
    await switches.ask("wait", { switchId, numbers: callers, departments }, z.undefined());
    await settled(http);
    await events.request(["event plain CHANNEL_CREATE CHANNEL_HANGUP"], { timeoutMs: 5000 });

    const waiting = new Waiting();
    const offered = async (agents: readonly string[]): Promise<number[]> => {
      await switches.ask("free", { switchId, extensions: agents }, z.undefined());
      await eventually("every agent's phone to ring", () => agents.every((agent) => phones.offers.has(agent)), { everyMs: 1 });
      return agents.map((agent) => phones.offers.get(agent)?.ms ?? NaN);
    };
    const singly: number[] = [];
    for (const agent of extensions.slice(0, SINGLY)) {
      singly.push(...(await offered([agent])));
      waiting.take(agent, phones.offers.get(agent)?.caller ?? "");
    }
    const atOnce = await offered(extensions.slice(SINGLY, SINGLY + AT_ONCE));
    const taken = [...phones.offers.values()].map(({ caller }) => caller);
    if (new Set(taken).size !== taken.length) throw new Error("a caller was offered twice");
    const finding = (what: string, figures: readonly number[]): Finding => ({ what, measured: `median ${ms(median(figures))}, longest ${ms(Math.max(...figures))}`, value: p99(figures), unit: "ms", target: { atMost: TARGET_MS } });
    return [finding(`an agent's call ends: her phone rings for whoever has waited longest, p99 of ${SINGLY}`, singly), finding(`${AT_ONCE} agents' calls end at the same moment, p99`, atOnce)];
  } finally {
    await events.close();
    http.close();
  }
}

export const offers: Benchmark = {
  title: `Offers, from the switch to the switch: ${CALLERS} waiting callers and ${AGENTS} agents`,
  async run() {
    const switches = startSwitches();
    const callplane = await startCallplane();
    try {
      return await measure(switches, callplane);
    } finally {
      await callplane.close();
      await switches.close();
    }
  },
};
