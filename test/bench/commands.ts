/** What Callplane adds to the time that the switch itself takes for a command and its proof. */
import type { Benchmark, Finding } from "./support/finding.js";
import { HttpConnection } from "./support/http-client.js";
import { inTurn, median, medianRatio, ms, ROUNDS, timed } from "./support/measure.js";
import { RawEsl } from "./support/raw-esl.js";
import { openStage, openSwitch, settled, startSwitches, type CallLegs, type Stage } from "./support/stage.js";

const CALLS = 50;
const LIVE_REQUESTS = 200;
const TENANTS = [{ domain: "lab.test", extensions: Array.from({ length: CALLS }, (_, index) => String(1001 + index)), calls: CALLS }] as const;

type Operation = "hold" | "resume";
/** Does the operation on the nth call. */
type Act = (operation: Operation, n: number) => Promise<unknown>;

const indices = Array.from({ length: CALLS }, (_, n) => n);

async function oneAtATime(act: Act, operation: Operation): Promise<number> {
  const figures: number[] = [];
  for (const n of indices) figures.push(await timed(() => act(operation, n)));
  return median(figures);
}

const allAtOnce = async (act: Act, operation: Operation): Promise<number> => median(await Promise.all(indices.map((n) => timed(() => act(operation, n)))));

/** Both sides need somewhere to start from: each round holds and resumes every call once. */
async function measure(raw: Act, ours: Act, stage: Stage, live: () => Promise<number>, way: typeof allAtOnce, label: string): Promise<Finding[]> {
  const figures: Record<Operation, { raw: number[]; ours: number[]; live: number[] }> = { hold: { raw: [], ours: [], live: [] }, resume: { raw: [], ours: [], live: [] } };
  for (let round = 0; round < ROUNDS; round++) {
    for (const operation of ["hold", "resume"] as const) {
      const once = await inTurn({ raw: () => way(raw, operation), ours: () => way(ours, operation), live }, 1);
      figures[operation].raw.push(...once.raw);
      figures[operation].ours.push(...once.ours);
      figures[operation].live.push(...once.live);
      await settled(stage.http);
    }
  }
  return (["hold", "resume"] as const).map((operation) => {
    const { raw: direct, ours: through, live: alive } = figures[operation];
    return {
      what: `:${operation} of ${CALLS} calls ${label}: time over one GET /health/live, against the raw event socket from command to proving event`,
      measured: `:${operation} ${ms(median(through))}, raw ${ms(median(direct))}, GET /health/live ${ms(median(alive))}`,
      value: medianRatio(through.map((value, round) => value - (alive[round] ?? NaN)), direct),
      unit: "x raw",
      target: { atMost: 1.5 },
    };
  });
}

async function compare(stage: Stage, esl: RawEsl, rawCalls: readonly CallLegs[]): Promise<Finding[]> {
  const connections = await Promise.all(indices.map(() => HttpConnection.open(stage.httpPort, stage.tokens[0] ?? "")));
  const calls = stage.calls[0] ?? [];
  const raw: Act = async (operation, n) => esl[operation](rawCalls[n]?.customer ?? "", rawCalls[n]?.agent ?? "");
  const ours: Act = async (operation, n) => connections[n]?.expect(200, "POST", `/voicechannel/calls/${calls[n]?.customer ?? ""}:${operation}`);
  const live = async (): Promise<number> => {
    const figures: number[] = [];
    for (let i = 0; i < LIVE_REQUESTS; i++) figures.push(await timed(() => stage.http.expect(200, "GET", "/health/live")));
    return median(figures);
  };
  try {
    for (const act of [raw, ours]) {
      for (const operation of ["hold", "resume"] as const) await oneAtATime(act, operation);
    }
    await settled(stage.http);
    return [...(await measure(raw, ours, stage, live, oneAtATime, "one at a time")), ...(await measure(raw, ours, stage, live, allAtOnce, "at once"))];
  } finally {
    for (const connection of connections) connection.close();
  }
}

export const commandOverhead: Benchmark = {
  title: "Command overhead",
  async run() {
    const switches = startSwitches();
    try {
      const stage = await openStage(switches, TENANTS);
      // A switch of the raw side's own, or Callplane would follow the raw side's calls and slow them down.
      const other = await openSwitch(switches, TENANTS);
      const esl = await RawEsl.open(other.port);
      try {
        return await compare(stage, esl, other.calls[0] ?? []);
      } finally {
        await esl.close();
        await stage.close();
      }
    } finally {
      await switches.close();
    }
  },
};
