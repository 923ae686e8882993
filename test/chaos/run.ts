/** One run: people act, something goes wrong, all is looked at; again and again until the time is over. */
import { Random } from "../faults/random.js";
import { delay } from "../lab/wait.js";
import { ACTS } from "./acts.js";
import { FAULTS, type ChaosFault } from "./faults/index.js";
import { between } from "./faults/types.js";
import { Hands } from "./hands.js";
import { checkAll, Ledger } from "./invariants/index.js";
import { Journal } from "./journal.js";
import { ORGANIZATIONS } from "./people.js";
import { openRealSwitch } from "./real-switch.js";
import { openSimulatedSwitch } from "./simulated-switch.js";
import { openWorld } from "./world.js";

export interface RunOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly real: boolean;
  /** The kinds of faults that there may be; all unless given. */
  readonly faults?: readonly string[];
  /** The same of acts. */
  readonly acts?: readonly string[];
  /** Ends after so many faults, too. */
  readonly maxFaults?: number;
  readonly write: (line: string) => void;
}

export interface Outcome {
  readonly journal: Journal;
  /** Where logs and database are; null when nothing was violated. */
  readonly kept: string | null;
}

/** People act alone for that long before and after a fault begins. */
const ACT_MS = [1000, 4000] as const;
const AFTER_MS = [0, 2000] as const;
/** Calls are noted that often, so that few of them come and go unseen. */
const LOOK_MS = 400;

/** Throws when a kind of fault or act is unknown, or the world cannot be opened. */
export async function runChaos({ minutes, seed, real, faults: wanted, acts, maxFaults = Infinity, write }: RunOptions): Promise<Outcome> {
  mustBe("fault", wanted, FAULTS);
  mustBe("act", acts, ACTS);
  const journal = new Journal(seed, write);
  const world = await openWorld(journal, { organizations: ORGANIZATIONS, openSwitch: real ? async () => openRealSwitch() : openSimulatedSwitch });
  const random = new Random(seed);
  const ledger = new Ledger();
  const hands = new Hands(world, seed, { acts: ACTS.filter(({ kind }) => acts?.includes(kind) ?? true) });
  const looking = new AbortController();
  const looks = (async () => {
    while (!looking.signal.aborted) {
      for (const team of world.teams) await ledger.look(team);
      await delay(LOOK_MS);
    }
  })();
  const choices = FAULTS.filter((fault) => (wanted?.includes(fault.kind) ?? true) && (fault.fits?.(world) ?? true)).flatMap((fault) => Array.from({ length: fault.weight }, (): ChaosFault => fault));
  const settle = (): Promise<void> => checkAll(world, ledger);
  const deadline = performance.now() + minutes * 60_000;
  try {
    while (performance.now() < deadline && journal.fault < maxFaults) {
      hands.resume();
      await delay(between(random, ...ACT_MS));
      const fault = random.of(choices);
      await fault.run({ world, hands, settle, random, began: (what) => journal.began(fault.kind, what) });
      hands.resume();
      await delay(between(random, ...AFTER_MS));
      await hands.pause();
      await settle();
    }
  } finally {
    await hands.close();
    looking.abort();
    await looks;
  }
  return { journal, kept: await world.close() };
}

/** Throws when a kind is none of the known ones. */
export function mustBe(what: string, wanted: readonly string[] = [], known: readonly { readonly kind: string }[]): void {
  const unknown = wanted.filter((kind) => !known.some((each) => each.kind === kind));
  if (unknown.length > 0) throw new Error(`There is no ${what} ${unknown.join(", ")}; there are ${known.map(({ kind }) => kind).join(", ")}.`);
}
