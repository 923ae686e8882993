/** One run: programs of many kinds, and SIGKILL at random moments; after each the callers are listened to, and in the end nothing may be left or untold. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Journal } from "../chaos/journal.js";
import { Random } from "../faults/random.js";
import { delay, eventually } from "../lab/wait.js";
import { Callers } from "./callers.js";
import { judgeConferences, judgeLegs, legsOf, once, openConferences, owing } from "./checks.js";
import { openReal, openSimulated } from "./switch.js";
import { openWorld, type World } from "./world.js";

export interface RunOptions {
  readonly kills: number;
  readonly seed: number;
  readonly real: boolean;
  /** Callers and calls of the API at once, about. */
  readonly at: number;
  /** No caller may hear nothing for longer once Callplane is ready again, seconds. */
  readonly silenceS: number;
  /** The product as `buildProduct` has made it; absent: it is made. */
  readonly built?: string;
  /** Between two kills, milliseconds. */
  readonly betweenMs?: readonly [number, number];
  /** How long a caller stays, milliseconds. */
  readonly stayMs?: readonly [number, number];
  readonly write: (line: string) => void;
}

export interface Outcome {
  readonly journal: Journal;
  readonly summary: string;
  readonly kept: string | null;
  readonly callbacks: number;
  readonly legs: number;
}

const BETWEEN_MS = [1000, 3500] as const;
const STAY_MS = [3000, 12_000] as const;
/** Callplane is away so long at most, besides its start. */
const AWAY_MS = 1500;
/** What has not come by then never will, on a machine however busy. */
const STUCK = { timeoutMs: 120_000, everyMs: 200 };
const CALLPLANE_ERROR = 50;

/** Throws when the world cannot be opened, or Callplane does not start. */
export async function runKills({ kills, seed, real, at, silenceS, built, betweenMs = BETWEEN_MS, stayMs = STAY_MS, write }: RunOptions): Promise<Outcome> {
  const journal = new Journal(seed, write);
  const world = await openWorld(journal, real ? openReal : openSimulated, built ?? null);
  const random = new Random(seed);
  let told: Pick<Outcome, "summary" | "callbacks" | "legs">;
  let kept: string | null;
  try {
    const callers = new Callers(world, new Random(seed + 1), { at, stayMs });
    const ears = new Ears(world, silenceS);
    try {
      for (let kill = 1; kill <= kills; kill++) {
        await delay(between(random, betweenMs));
        const before = await answered(world, callers);
        journal.began("SIGKILL", `${before.length} callers`);
        await world.callplane.stop("SIGKILL");
        await delay(random.next() * AWAY_MS);
        await world.callplane.start();
        await ears.listen(before, callers);
      }
    } finally {
      await callers.close();
    }
    await settle(world, callers);
    const { asked } = world.application;
    judgeLegs(journal, asked, callers.placed);
    judgeConferences(journal, asked);
    const callbacks = once(asked, "/status").length + once(asked, "/conference").length;
    const legs = legsOf(asked, callers.placed).size;
    const kinds = [...callers.counts.kinds].sort(([a], [b]) => a.localeCompare(b)).map(([kind, count]) => `${kind} ${count}`);
    const summary = [
      `${journal.fault} kills, ${callers.counts.callers} callers and ${callers.counts.placed} calls of the API (${kinds.join(", ")})`,
      `${legs} legs, ${once(asked, "/status").length} status callbacks, ${once(asked, "/conference").length} of conferences, ${asked.filter(({ form }) => form["ErrorCode"] === "31000").length} times the fallback URL`,
      `${ears.listened} callers were listened to after a kill; the longest silence: ${(ears.longestMs / 1000).toFixed(1)} s; ${journal.violations} violations`,
      ...errors(world),
    ].join("\n");
    told = { summary, callbacks, legs };
  } finally {
    kept = await world.close();
  }
  return { journal, kept, ...told };
}

/** Listens to those who were there before a kill, when Callplane is back. */
class Ears {
  readonly #world: World;
  readonly #limitMs: number;
  listened = 0;
  longestMs = 0;

  constructor(world: World, silenceS: number) {
    this.#world = world;
    this.#limitMs = silenceS * 1000;
  }

  async listen(before: readonly string[], callers: Callers): Promise<void> {
    await Promise.all(before.map((caller) => this.#follow(caller, callers)));
  }

  /** Until something is heard, the call has ended, or the limit is over. */
  async #follow(caller: string, callers: Callers): Promise<void> {
    const { fs, journal, lines } = this.#world;
    const from = performance.now();
    this.listened++;
    for (;;) {
      const began = performance.now();
      const heard = await fs.hears(caller);
      const present = callers.present.get(caller);
      if (heard !== false || present === undefined) {
        if (heard === true) this.longestMs = Math.max(this.longestMs, began - from);
        // Documents of this run end no call; elsewhere an apology does, or the department's agent.
        else if (present?.line === lines.url) journal.violated({ invariant: "no caller with a fallback is hung up on", subject: caller, expected: "a call that goes on", found: `the end of "${present.kind}" by ${new Date().toISOString()}` });
        return;
      }
      if (began - from > this.#limitMs) {
        journal.violated({ invariant: "no caller sits in silence", subject: caller, expected: "a sound", found: `nothing for ${this.#limitMs / 1000} s of "${present.kind}" until ${new Date().toISOString()}: ${JSON.stringify((await fs.rows()).filter((row) => Object.values(row).some((value) => value.includes(caller.slice(1)))))}` });
        return;
      }
      await delay(100);
    }
  }
}

async function answered({ fs }: World, { present }: Callers): Promise<readonly string[]> {
  const numbers = new Set((await fs.rows()).filter(({ callstate }) => callstate === "ACTIVE" || callstate === "HELD").map(({ cid_num: number = "" }) => number.replace(/^\+/, "")));
  return [...present.keys()].filter((number) => numbers.has(number.slice(1)));
}

const between = (random: Random, [from, to]: readonly [number, number]): number => from + random.next() * (to - from);

/** Everybody has hung up: nothing is left, and everything has been told. */
async function settle(world: World, callers: Callers): Promise<void> {
  const { fs, journal, admin, application } = world;
  const awaited = async (what: string, left: () => Promise<readonly string[]> | readonly string[]): Promise<void> => {
    let last: readonly string[] = [];
    await eventually(what, async () => (last = await left()).length === 0, STUCK).catch(() => last.forEach((each) => journal.violated({ invariant: what, subject: each.slice(0, 200), expected: "nothing is left", found: each })));
  };
  await awaited("no channel is left over", async () => (await fs.rows()).map((row) => JSON.stringify(row)));
  await awaited("no call is shown that there is not", async () => ((await admin.list<object>("/voicechannel/calls")) ?? [{ unknown: true }]).map((call) => JSON.stringify(call)));
  await eventually("every end to be told", () => owing(application.asked, callers.placed).length === 0 && openConferences(application.asked).length === 0, STUCK).catch(() => undefined);
}

/** What the processes have logged as errors, each kind once. */
function errors({ folder }: World): readonly string[] {
  const counts = new Map<string, number>();
  for (const file of readdirSync(folder).filter((name) => /^callplane-\d+\.log$/.test(name))) {
    for (const line of readFileSync(join(folder, file), "utf8").split("\n")) {
      if (!line.includes('"level":50')) continue;
      const { level, msg, err } = JSON.parse(line) as { level: number; msg: string; err?: { message?: string } };
      const text = `${msg}: ${err?.message ?? ""}`.slice(0, 160);
      if (level >= CALLPLANE_ERROR) counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  return [...counts].map(([text, count]) => `logged ${count} times as an error: ${text}`);
}
