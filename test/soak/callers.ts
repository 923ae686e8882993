/** The customers of a run: they call, talk for a while and hang up; who is cut off without a reason is lost. */
import type { Random } from "../faults/random.js";
import { delay } from "../lab/wait.js";
import { act, type Act } from "../chaos/acts.js";
import { between } from "../chaos/faults/types.js";
import { DEPARTMENTS } from "../chaos/people.js";
import type { Team, World } from "../chaos/world.js";
import { evidence } from "./evidence.js";
import type { Book } from "./book.js";
import type { SoakSwitch } from "./switch.js";

/** The share of callers who give up soon, and how long they and the others stay. */
const IMPATIENT = 0.25;
const PATIENCE_MS = [50, 10_000] as const;
const TALK_MS = [10_000, 40_000] as const;
const LOOK_MS = 200;
/** What is asked or hung up is known to the book before; who is in the call, at its next look. */
const SETTLED_MS = 1500;

interface Caller {
  readonly number: string;
  readonly team: Team;
  readonly called: string;
  answered: boolean;
}

export class Callers {
  readonly #fs: SoakSwitch;
  readonly #world: World;
  readonly #book: Book;
  readonly #max: number;
  /** Those whose legs are up or ring. Bounded by `max`. */
  readonly #callers = new Map<string, Caller>();
  /** Numbers outside that were called, and hang up some time. Bounded by the calls. */
  readonly #outside = new Set<string>();
  readonly #random: Random;
  readonly #closing = new AbortController();
  readonly #watching: Promise<void>;
  count = 0;

  /** @param max calls of customers at once */
  constructor(world: World, fs: SoakSwitch, book: Book, random: Random, max: number) {
    this.#world = world;
    this.#fs = fs;
    this.#book = book;
    this.#random = random;
    this.#max = max;
    this.#watching = this.#watch();
  }

  /** The numbers of those who were answered and are still there. */
  answered(): readonly string[] {
    return [...this.#callers.values()].filter(({ number, answered }) => answered && !this.#book.hasHungUp(number)).map(({ number }) => number);
  }

  teamOf(number: string): Team | undefined {
    return this.#callers.get(number)?.team;
  }

  /** One more caller, unless there are enough. */
  readonly act: Act = act("customer", 1, async (world, team, random) => {
    if (this.#callers.size >= this.#max) return "enough calls";
    const called = random.of([...DEPARTMENTS, ...DEPARTMENTS, ...DEPARTMENTS, random.of(team.organization.agents)]);
    const number = world.numbers.take(team.organization);
    const caller: Caller = { number, team, called, answered: false };
    this.#callers.set(number, caller);
    this.count += 1;
    void this.#call(caller, team.organization.lines.get(called) ?? called);
    const [from, to] = random.next() < IMPATIENT ? PATIENCE_MS : TALK_MS;
    const lasts = between(random, from, to);
    this.#hangUpAfter(number, lasts);
    return `${number} to ${called} for ${lasts.toFixed(0)} ms`;
  });

  /** Everybody hangs up. */
  async endAll(): Promise<void> {
    await Promise.all(this.#fs.present().map((party) => this.#fs.hangUp(party).catch(() => undefined)));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#watching;
  }

  async #call(caller: Caller, number: string): Promise<void> {
    const outcome = await this.#fs.call(caller.number, number).catch((error: unknown) => `-ERR ${String(error)}`);
    if (outcome.startsWith("+OK")) {
      caller.answered = true;
      return;
    }
    this.#callers.delete(caller.number);
    // An agent's line may be busy, or nobody answers; a department always takes the call.
    if (DEPARTMENTS.some((name) => name === caller.called) && !this.#book.hasHungUp(caller.number)) await this.#lost(caller, `refused: ${outcome.trim()}`);
  }

  #hangUpAfter(party: string, ms: number): void {
    setTimeout(() => void this.#fs.hangUp(party).catch(() => undefined), ms).unref();
  }

  async #watch(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const present = new Set(this.#fs.present());
      for (const caller of this.#callers.values()) {
        if (!caller.answered || present.has(caller.number)) continue;
        this.#callers.delete(caller.number);
        void this.#judge(caller);
      }
      for (const party of present) {
        if (this.#callers.has(party) || this.#outside.has(party) || this.#world.teams.some(({ organization }) => party.startsWith(`${organization.name}-`))) continue;
        this.#outside.add(party);
        this.#hangUpAfter(party, between(this.#random, ...TALK_MS));
      }
      for (const party of this.#outside) if (!present.has(party)) this.#outside.delete(party);
      await delay(LOOK_MS);
    }
  }

  async #judge(caller: Caller): Promise<void> {
    if (this.#book.hasHungUp(caller.number)) return;
    const at = new Date().toISOString();
    await delay(SETTLED_MS);
    await this.#readRecords(caller);
    if (this.#book.reason(caller.number) === null) await this.#lost(caller, `cut off at ${at}`);
  }

  /** Who answered a call that has ended before anybody looked. */
  async #readRecords({ number, team: { admin, organization } }: Caller): Promise<void> {
    for (const id of this.#book.callsOf(number)) {
      const { status, body } = await admin.get(`/voiceconfig/calllogs/${id}`);
      const { agent } = body as { readonly agent?: string | null };
      if (status === 200 && agent != null) this.#book.tookPart(id, this.#fs.partyOf({ organization, extension: agent }));
    }
  }

  async #lost({ number, team, called }: Caller, what: string): Promise<void> {
    this.#world.journal.violated({ invariant: "no caller is lost", subject: `caller ${number}`, expected: "an end by the caller, by somebody of the call, or by an act", found: `called ${called}, ${what}; ${await this.#evidence(team, number)}` });
  }

  #evidence(team: Team, number: string): Promise<string> {
    const calls = this.#book.callsOf(number);
    return evidence(this.#fs, team, calls, this.#book.partiesOf(calls));
  }
}
