/** A thousand consoles: 900 agents and 100 supervisors with open streams, while calls come and go at some 230 events of FreeSWITCH a second. */
import { z } from "zod";
import { delay } from "../lab/wait.js";
import { startChild, type Child } from "./support/child.js";
import type { Benchmark, Finding } from "./support/finding.js";
import { HttpConnection } from "./support/http-client.js";
import { ms, p99 } from "./support/measure.js";
import { openSwitch, settled, startCallplane, startSwitches } from "./support/stage.js";

const DOMAIN = "lab.test";
const AGENTS = 900;
const SUPERVISORS = 100;
const DEPARTMENTS = 20;
/** V8 compiles what runs often on threads of its own: after half a minute that still took a tenth of the processor time. */
const WARM_S = 60;
const MEASURED_S = Number(process.env.BENCH_CONSOLES_S ?? 30);
/** Afterwards, by itself: to watch the lag wakes the process a thousand times a second, which took some 20 ms of processor time a second. */
const LAG_S = 15;
const EVENTS_PER_S = 230;
/** Of one call: it comes, waits, is offered, answered, and ends. */
const EVENTS_OF_CALL = 49;
const TALK_MS = 12_000;

const TARGET = { cpuMsPerS: 140, p99Ms: 60, lagP99Ms: 15, rssMb: 300, backMs: 3000 };

const agents = Array.from({ length: AGENTS }, (_, index) => String(2000 + index));
const supervisors = Array.from({ length: SUPERVISORS }, (_, index) => String(3000 + index));
const departments = Array.from({ length: DEPARTMENTS }, (_, index) => `d${index}`);
/** Each agent is in three. */
const departmentsOf = (agent: number): readonly string[] => [...new Set([agent % DEPARTMENTS, (agent * 7 + 3) % DEPARTMENTS, (agent * 11 + 5) % DEPARTMENTS])].map((index) => `d${index}`);

const started = z.object({ port: z.number(), tokens: z.array(z.string()), consoles: z.array(z.string()) });
const usage = z.object({ cpuMs: z.number(), rssMb: z.number() });
const lags = z.object({ p99Ms: z.number(), maxMs: z.number() });
const heard = z.object({ delays: z.array(z.number()), messages: z.number(), chunks: z.number(), bytes: z.number(), closed: z.number() });

async function eventsOf(http: HttpConnection): Promise<number> {
  const { body } = await http.expect(200, "GET", "/metrics", { keepBody: true });
  return (body.match(/^callplane_events_total\{.*\} (\d+)$/gm) ?? []).reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

async function measure(switches: Child, callplane: Child, consoles: Child): Promise<readonly Finding[]> {
  const { switchId, eslUrl } = await openSwitch(switches, [], agents);
  const organizations = [{ domain: DOMAIN, extensions: agents, supervisors, departmentsOf: agents.map((_, agent) => departmentsOf(agent)) }];
  const { port, tokens, consoles: readers } = await callplane.ask("start", { eslUrl, organizations }, started);
  let http = await HttpConnection.open(port, tokens[0] ?? "");
  try {
    await settled(http);
    for (const agent of agents) {
      const reply = await fetch(`http://127.0.0.1:${port}/voicechannel/agents/${agent}/status`, { method: "POST", headers: { authorization: `Bearer ${tokens[0] ?? ""}`, "content-type": "application/json" }, body: '{"status":"online"}' });
      if (reply.status !== 200) throw new Error(`${agent} is not online: ${await reply.text()}`);
    }
    const connectedMs = await consoles.ask("connect", { port, tokens: readers }, z.number());
    const traffic = switches.ask("traffic", { switchId, departments, perSecond: EVENTS_PER_S / EVENTS_OF_CALL, seconds: WARM_S + MEASURED_S + LAG_S, talkMs: TALK_MS }, z.undefined());
    await delay(WARM_S * 1000);
    await callplane.ask("begin", null, z.undefined());
    await consoles.ask("begin", null, z.undefined());
    const [before, began] = [await eventsOf(http), performance.now()];
    await delay(MEASURED_S * 1000);
    const seconds = (performance.now() - began) / 1000;
    const used = await callplane.ask("end", null, usage);
    const read = await consoles.ask("end", null, heard);
    const perSecond = ((await eventsOf(http)) - before) / seconds;
    await callplane.ask("watchLag", null, z.undefined());
    await traffic;
    const lag = await callplane.ask("lag", null, lags);
    if (read.closed > 0) throw new Error(`${read.closed} consoles lost their stream`);
    http.close();
    const again = await callplane.ask("restart", null, z.object({ port: z.number() }));
    const backMs = await consoles.ask("connect", { port: again.port, tokens: readers }, z.number());
    http = await HttpConnection.open(again.port, tokens[0] ?? "");
    const about = `${perSecond.toFixed(0)} events of FreeSWITCH a second, ${(read.messages / seconds).toFixed(0)} messages to consoles in ${(read.chunks / seconds).toFixed(0)} writes, ${(read.bytes / seconds / 1e6).toFixed(1)} MB a second`;
    return [
      { what: "processor time for each second", measured: about, value: used.cpuMs / seconds, unit: "ms", target: { atMost: TARGET.cpuMsPerS } },
      { what: "from an event to the last console that sees it, p99", measured: `of ${read.delays.length} events, at most ${ms(Math.max(...read.delays))}`, value: p99(read.delays), unit: "ms", target: { atMost: TARGET.p99Ms } },
      { what: "lag of the event loop, p99", measured: `at most ${ms(lag.maxMs)}`, value: lag.p99Ms, unit: "ms", target: { atMost: TARGET.lagP99Ms } },
      { what: "memory of the process (RSS)", measured: "at the end", value: used.rssMb, unit: "MB", target: { atMost: TARGET.rssMb } },
      { what: "1,000 consoles have their snapshots again after a restart", measured: `the first time: ${ms(connectedMs)}`, value: backMs, unit: "ms", target: { atMost: TARGET.backMs } },
    ];
  } finally {
    http.close();
  }
}

export const consoles: Benchmark = {
  title: `A thousand consoles: ${AGENTS} agents and ${SUPERVISORS} supervisors, some ${EVENTS_PER_S} events of FreeSWITCH a second`,
  async run() {
    const switches = startSwitches();
    const callplane = await startCallplane();
    const readers = startChild(new URL("./consoles-process.ts", import.meta.url));
    try {
      return await measure(switches, callplane, readers);
    } finally {
      await Promise.all([callplane.close(), readers.close()]);
      await switches.close();
    }
  },
};
