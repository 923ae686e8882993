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

interface Figures {
  readonly raw: number[];
  readonly ours: number[];
  readonly live: number[];
}

/** Each round holds and resumes every call, `repeated` times. */
async function measure(raw: Act, ours: Act, stage: Stage, live: () => Promise<number>, way: typeof allAtOnce, label: string, repeated: number): Promise<Finding[]> {
  const figures: Record<Operation, Figures> = { hold: { raw: [], ours: [], live: [] }, resume: { raw: [], ours: [], live: [] } };
  for (let round = 0; round < ROUNDS; round++) {
    const seen: Record<Operation, Figures> = { hold: { raw: [], ours: [], live: [] }, resume: { raw: [], ours: [], live: [] } };
    for (let i = 0; i < repeated; i++) {
      for (const operation of ["hold", "resume"] as const) {
        const once = await inTurn({ raw: () => way(raw, operation), ours: () => way(ours, operation), live }, 1);
        for (const side of ["raw", "ours", "live"] as const) seen[operation][side].push(...once[side]);
        await settled(stage.http);
      }
    }
    for (const operation of ["hold", "resume"] as const) {
      for (const side of ["raw", "ours", "live"] as const) figures[operation][side].push(median(seen[operation][side]));
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
    // Once without counting, so that both are compiled.
    for (const act of [raw, ours]) {
      for (const operation of ["hold", "resume"] as const) await allAtOnce(act, operation);
    }
    await settled(stage.http);
    return [...(await measure(raw, ours, stage, live, oneAtATime, "one at a time", 1)), ...(await measure(raw, ours, stage, live, allAtOnce, "at once", 3))];
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
