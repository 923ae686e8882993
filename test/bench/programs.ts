/** Voice programs: from the parked call to the first verb, and 500 of them at once, each gathering keys, on the simulated switch. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { EventSocketConnection } from "../../src/freeswitch/index.js";
import { EventParser } from "../../src/freeswitch/event-parser.js";
import { openSimulatedLab } from "../lab/simulated.js";
import { eventually } from "../lab/wait.js";
import { openProgramStage, type ProgramStage } from "../twiml/engine/stage.js";
import type { Benchmark, Finding } from "./support/finding.js";
import { median, ms, p95, p99 } from "./support/measure.js";

/** The first calls find code that is not compiled yet, and no connection to the program's server. */
const WARM_UP = 20;
const SINGLY = 200;
const AT_ONCE = 500;
const ROUNDS = 10;
const KEYS = 8;
const FIRST_VERB_MS = 15;
const GROWTH_MB = 20;

const numberOf = (caller: number): string => `+1666${String(caller).padStart(7, "0")}`;
const keysOf = (caller: number, round: number): string => String((caller * 7919 + round * 104_729) % 10 ** KEYS).padStart(KEYS, "0");

/** Milliseconds from CHANNEL_PARK to the first application that a verb runs, by the switch's own clock. */
class FirstVerbs {
  readonly #parser = new EventParser();
  readonly #parked = new Map<string, number>();
  readonly tookMs = new Map<string, number>();

  take(body: Buffer): void {
    const event = this.#parser.parse(body);
    if (event?.kind !== "channel") return;
    if (event.name === "CHANNEL_PARK") this.#parked.set(event.uuid, event.timestampUs);
    const parkedUs = this.#parked.get(event.uuid);
    if (event.name !== "CHANNEL_EXECUTE" || parkedUs === undefined || !["answer", "playback"].includes(event.application) || this.tookMs.has(event.uuid)) return;
    this.tookMs.set(event.uuid, (event.timestampUs - parkedUs) / 1000);
  }
}

interface FirstVerbTimes {
  readonly tookMs: readonly number[];
  /** Of a call from its beginning to its end, with the switch's share and that of the program's server. */
  readonly cpuMs: number;
  /** How long the process was held up meanwhile, p99. */
  readonly heldUpMs: number;
}

async function firstVerb(stage: ProgramStage): Promise<FirstVerbTimes> {
  const { hostname, port, password } = new URL(stage.lab.eslUrl);
  const verbs = new FirstVerbs();
  const events = await EventSocketConnection.open({ name: "bench", host: hostname, port: Number(port), password: decodeURIComponent(password), handshakeMs: 5000, onEvent: (body) => verbs.take(body) });
  try {
    await events.request(["event plain CHANNEL_PARK CHANNEL_EXECUTE"], { timeoutMs: 5000 });
    stage.program("hello");
    stage.server.on("/hello", "<Play>/hello-10ms.wav</Play><Hangup/>");
    const call = async (caller: number): Promise<void> => {
      const id = await stage.callIn("hello", numberOf(caller));
      await eventually("the call to end", () => stage.ended(id), { everyMs: 2 });
    };
    for (let caller = 0; caller < WARM_UP; caller++) await call(caller);
    verbs.tookMs.clear();
    const held = monitorEventLoopDelay({ resolution: 1 });
    held.enable();
    const before = process.cpuUsage();
    for (let caller = WARM_UP; caller < WARM_UP + SINGLY; caller++) await call(caller);
    const { user, system } = process.cpuUsage(before);
    held.disable();
    return { tookMs: [...verbs.tookMs.values()], cpuMs: (user + system) / 1000 / SINGLY, heldUpMs: held.percentile(99) / 1e6 };
  } finally {
    await events.close();
  }
}

function usedMb(): number {
  global.gc?.();
  return process.memoryUsage().heapUsed / 1_048_576;
}

async function gathering(stage: ProgramStage, press: (party: string, keys: string) => void): Promise<{ readonly lost: number; readonly growthMb: number }> {
  stage.program("gather");
  const got = new Map<string, string[]>();
  stage.server.on("/gather", ({ form }) => {
    const { From: from = "", Digits: digits } = form;
    const all = got.get(from) ?? [];
    got.set(from, all);
    if (digits !== undefined) all.push(digits);
    return `<Gather numDigits="${KEYS}" timeout="600" action="/gather"/>`;
  });
  const callers = Array.from({ length: AT_ONCE }, (_, index) => numberOf(index));
  for (const from of callers) await stage.callIn("gather", from);
  const asked = (round: number): boolean => callers.every((from) => (got.get(from)?.length ?? -1) >= round) && stage.calls().counts.pendingStateWrites() === 0;
  await eventually("all programs to gather", () => got.size === AT_ONCE && asked(0), { timeoutMs: 60_000 });
  let firstMb = 0;
  for (let round = 0; round < ROUNDS; round++) {
    // Keys that come before the next <Gather> are not of it, as with Twilio: wait until every caller is answered again.
    await eventually("all to listen", () => [...stage.calls().legs.all()].every(({ legs }) => legs[0]?.answered === true));
    await new Promise((resolve) => setTimeout(resolve, 250));
    for (const [index, from] of callers.entries()) press(from, keysOf(index, round));
    const details = (): string => `${[...got.values()].filter(({ length }) => length > round).length} of ${AT_ONCE} are told; ${stage.engine().size} programs run.`;
    await eventually(`round ${round} of keys`, () => asked(round + 1), { timeoutMs: 60_000, details });
    stage.server.asked.length = 0;
    if (round === 2) firstMb = usedMb();
  }
  const growthMb = usedMb() - firstMb;
  const lost = callers.reduce((sum, from, index) => sum + (got.get(from) ?? []).filter((digits, round) => digits !== keysOf(index, round)).length, 0);
  return { lost, growthMb };
}

async function measure(): Promise<readonly Finding[]> {
  const lab = await openSimulatedLab();
  const stage = await openProgramStage(lab, 1000, 15_000);
  try {
    const { tookMs, cpuMs, heldUpMs } = await firstVerb(stage);
    await stage.clear();
    const { lost, growthMb } = await gathering(stage, (party, keys) => lab.simulator.press(party, keys));
    return [
      { what: "from CHANNEL_PARK to the first verb, median", measured: `${tookMs.length} calls one after the other, p95 ${ms(p95(tookMs))}; the program's server and the simulated switch are in the same process, which takes ${ms(cpuMs)} of processor time a call`, value: median(tookMs), unit: "ms", target: { atMost: FIRST_VERB_MS } },
      { what: "from CHANNEL_PARK to the first verb, p99", measured: `worst ${ms(Math.max(...tookMs))}; a timer of this process fires ${ms(heldUpMs)} late, p99`, value: p99(tookMs), unit: "ms", target: { atMost: FIRST_VERB_MS } },
      { what: "keys lost or in another order", measured: `${AT_ONCE} programs at once, ${ROUNDS} times ${KEYS} keys each`, value: lost, unit: "inputs", target: { atMost: 0 } },
      { what: "growth of the heap over these rounds", measured: "after the third round and after the last, both after a collection; the simulated switch is in the same process", value: growthMb, unit: "MB", target: { atMost: GROWTH_MB } },
    ];
  } finally {
    await stage.clear();
    await stage.close();
    await lab.close();
  }
}

export const programs: Benchmark = { title: "Voice programs on the simulated switch", run: measure };
