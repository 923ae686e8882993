/** One soak: customers call and people act for a minute, then all is looked at; again and again until the time is over, and in the end nothing may be left. */
import { join } from "node:path";
import { Hands } from "../chaos/hands.js";
import { checkAll, Ledger } from "../chaos/invariants/index.js";
import { Journal } from "../chaos/journal.js";
import { organizationOf } from "../chaos/people.js";
import { mustBe } from "../chaos/run.js";
import { openWorld, type Team, type World } from "../chaos/world.js";
import { Random } from "../faults/random.js";
import { delay, eventually } from "../lab/wait.js";
import { soakActs } from "./acts.js";
import { agents } from "./agents.js";
import { Book } from "./book.js";
import { Callers } from "./callers.js";
import { Ears } from "./ears.js";
import { openSoakSwitch, type SoakSwitch } from "./switch.js";
import { Watch } from "./watch.js";

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly browsers: number;
  readonly phones: number;
  /** Calls of customers a second. */
  readonly rate: number;
  /** Calls of customers at once. */
  readonly calls: number;
  /** Kinds of acts that there are not. */
  readonly without: readonly string[];
  /** The level of FreeSWITCH's log. */
  readonly log: string;
  readonly write: (line: string) => void;
}

export interface SoakOutcome {
  readonly journal: Journal;
  readonly summary: string;
  /** Where logs and database are; null when nothing was violated. */
  readonly kept: string | null;
}

const ACT_MS = 60_000;
const LOOK_MS = 400;
const HANDS = 6;
const PACE_MS = 800;
const END_MS = 30_000;
const FIRST_EXTENSION = 2001;

/** Throws when a kind of act is unknown, or the world cannot be opened. */
export async function runSoak(options: SoakOptions): Promise<SoakOutcome> {
  const { minutes, seed, browsers, phones, rate, calls, without, log, write } = options;
  const extensions = Array.from({ length: browsers + phones + 1 }, (_, index) => String(FIRST_EXTENSION + index));
  // The supervisor is one more, with a page where agents have them.
  const supervisor = extensions.pop() ?? "";
  const organization = organizationOf({ name: "soak", domain: "soak.chaos.test", numbers: "164620", agents: extensions, supervisor });
  const journal = new Journal(seed, write);
  const book = new Book();
  const opened: { fs: SoakSwitch | null } = { fs: null };
  const openSwitch = async (): Promise<SoakSwitch> => (opened.fs = await openSoakSwitch({ isPage: (extension) => (extension === supervisor ? browsers > 0 : extensions.indexOf(extension) % (browsers + phones) < browsers), environment: { FS_LOG_LEVEL: log }, book }));
  const world = await openWorld(journal, { organizations: [organization], openSwitch });
  const { fs } = opened;
  if (fs === null) throw new Error("The switch was not opened.");
  const random = new Random(seed);
  const ledger = new Ledger();
  let told: string;
  let kept: string | null;
  try {
    const acts = soakActs(fs, book);
    mustBe("act", without, acts);
    const callers = new Callers(world, fs, book, random, calls);
    for (const team of world.teams) await allOnline(team);
    const looking = new AbortController();
    const looks = look(world, fs, book, ledger, looking.signal);
    const hands = new Hands(world, seed, { acts: acts.filter(({ kind }) => !without.includes(kind)), hands: HANDS, paceMs: PACE_MS });
    const intake = new Hands(world, seed + 50_000, { acts: [callers.act], hands: 1, paceMs: 1000 / rate });
    const ears = new Ears(world, fs, book, callers, random);
    const watch = new Watch(world);
    const deadline = performance.now() + minutes * 60_000;
    try {
      while (performance.now() < deadline) {
        hands.resume();
        intake.resume();
        await delay(Math.min(ACT_MS, Math.max(0, deadline - performance.now())));
        await Promise.all([hands.pause(), intake.pause()]);
        await checkAll(world, ledger, [agents]);
        for (const team of world.teams) await allOnline(team);
        write(`${journal.second} s: ${callers.count} callers, ${journal.channels.size} channels, ${journal.largestMegabytes.toFixed(0)} MB, ${journal.violations} violations`);
      }
      await Promise.all([hands.close(), intake.close()]);
      await endAll(world, fs, callers);
      await checkAll(world, ledger, [agents]);
    } finally {
      await Promise.all([hands.close(), intake.close()]);
      await watch.close();
      await ears.close();
      await callers.close();
      looking.abort();
      await looks;
      told = `${journal.summary()}\n${callers.count} callers, of whom ${ears.listened} times one was listened to; the longest silence heard: ${(ears.longestMs / 1000).toFixed(1)} s`;
    }
    if (journal.violations > 0) await fs.keepLogs(join(world.folder, "freeswitch")).catch((error: unknown) => write(`FreeSWITCH's logs are not kept: ${String(error)}`));
  } finally {
    kept = await world.close();
  }
  return { journal, summary: told, kept };
}

async function look(world: World, fs: SoakSwitch, book: Book, ledger: Ledger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const team of world.teams) book.saw((await ledger.look(team)) ?? [], (extension) => fs.partyOf({ organization: team.organization, extension }));
    await delay(LOOK_MS);
  }
}

/** Agents who missed offers, or went away, work again. */
async function allOnline({ agents: people }: Team): Promise<void> {
  await Promise.all([...people].map(([agent, client]) => client.post(`/voicechannel/agents/${agent}/status`, { status: "online" })));
}

/** Everybody hangs up; nothing may be left on the switch. */
async function endAll(world: World, fs: SoakSwitch, callers: Callers): Promise<void> {
  const rows = async (): Promise<boolean> => {
    await callers.endAll();
    for (const party of fs.pages.keys()) await fs.hangUp(party).catch(() => undefined);
    return (await fs.rows()).length === 0;
  };
  await eventually("every leg to end", rows, { timeoutMs: END_MS, everyMs: 500 }).catch(async () => {
    for (const row of await fs.rows()) world.journal.violated({ invariant: "no leg is left over", subject: `channel ${row["uuid"] ?? ""}`, expected: "none after everybody hung up", found: JSON.stringify(row) });
  });
}
