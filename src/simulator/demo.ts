/** Live traffic for a demonstration: two agents in calls, callers who wait in departments, and calls of others that come and go. */
import type { ChannelSnapshot, Simulator } from "./types.js";

export interface DemoOptions {
  /** Milliseconds after which another caller waits when the last one was picked up or gave up; default 15 s. */
  readonly nextWaitingMs?: number;
  /** Mean milliseconds between two callers of the departments besides; default 20 s. 0: none. */
  readonly queueEveryMs?: number;
  /** Milliseconds after which an agent of the first calls, idle again, is called anew; default 60 s. */
  readonly nextAgentCallMs?: number;
  /** Whether an agent of the first calls may be called past the departments now; default: always. */
  readonly takesCalls?: (extension: string) => boolean;
  /** Mean milliseconds between the calls of others; default 6 s. 0: none. */
  readonly othersEveryMs?: number;
  /** A number with a menu that callers dial now and then; none unless given. */
  readonly line?: string;
  /** Mean milliseconds between two of its callers; default 20 s. */
  readonly lineEveryMs?: number;
  /** Whether somebody sits before a console of the agent whose phone this is; nobody does unless given. */
  readonly isAttended?: (extension: string) => boolean;
  /** 0 (inclusive) to 1 (exclusive); Math.random unless given. */
  readonly random?: () => number;
}

const AGENTS = ["1001", "1002"] as const;
const SUPERVISOR = "1003";
const OTHERS = ["1010", "1011", "1012", "1013", "1014", "1015"] as const;
const NAMES = ["Ada Bell", "Ben Ortiz", "Chen Wei", "Dora Novak", "Emil Sand", "Fatou Diop", "Greta Holm", "Hugo Lima"] as const;
const QUEUE = "support";
/** Most callers are support's. */
const QUEUES = ["support", "support", "sales"] as const;
/** How many wait at most, in all departments, before no further caller comes. */
const MOST_WAITING = 5;
/** How long a caller waits, and talks, before hanging up; milliseconds from and to. */
const PATIENCE_MS = [90_000, 240_000] as const;
const TALK_MS = [60_000, 180_000] as const;
/** What callers press in the menu, most of them what it has. */
const KEYS = ["1", "1", "2", "3", "4", "*", "9"] as const;
const QUICK_ANSWER_MS = 400;
/** Whoever sits before a console needs time to answer or to decline there; shorter than phones ring for anything. */
const ATTENDED_ANSWER_MS = 15_000;
/** What is set on the leg of somebody who is to listen to a call. */
const LISTENS = "eavesdrop_enable_dtmf";
/** Callplane's own state, which it sets on each leg that it rings; a call that is dialled to the phone has none. */
const RUNG_BY_CALLPLANE = "presence_data";
/** How long a number rings before it is answered. */
const NUMBER_ANSWER_MS = 1200;
const LOOK_EVERY_MS = 1000;

/** Numbers with a fate of their own, called after the SIP answers they stand for; every other number under +1212 answers. */
export const DEMO_NUMBERS = { busy: "+12125550486", noAnswer: "+12125550408", rejects: "+12125550603" } as const;

/** A number is the same person's after a restart, too. */
const nameOf = (number: string): string => NAMES[Number(number.slice(-6)) % NAMES.length] ?? NAMES[0];

const isWaiting = ({ parked, bridgedTo }: ChannelSnapshot): boolean => parked || bridgedTo === undefined;

/** Gives the function that stops it; calls that are up then go on as they are. */
export function startDemo(simulator: Simulator, options: DemoOptions = {}): () => void {
  const demo = new Demo(simulator, options);
  demo.start();
  return () => demo.stop();
}

class Demo {
  readonly #simulator: Simulator;
  readonly #options: Required<Omit<DemoOptions, "line">> & { readonly line: string | null };
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Since when an agent, or the waiting line, has been without a call. */
  readonly #idleSince = new Map<string, number>();
  /** When each caller of a department hangs up, of those who wait and of those who talk. */
  readonly #dueAt = new Map<string, number>();
  #nextNumber = 5_550_100_001;
  #stopped = false;

  constructor(simulator: Simulator, options: DemoOptions) {
    this.#simulator = simulator;
    this.#options = {
      nextWaitingMs: options.nextWaitingMs ?? 15_000,
      queueEveryMs: options.queueEveryMs ?? 20_000,
      nextAgentCallMs: options.nextAgentCallMs ?? 60_000,
      takesCalls: options.takesCalls ?? (() => true),
      othersEveryMs: options.othersEveryMs ?? 6000,
      line: options.line ?? null,
      lineEveryMs: options.lineEveryMs ?? 20_000,
      isAttended: options.isAttended ?? (() => false),
      random: options.random ?? Math.random,
    };
  }

  start(): void {
    for (const extension of OTHERS) this.#simulator.addPhone(extension);
    for (const extension of [...AGENTS, SUPERVISOR]) this.#simulator.setPhone(extension, { kind: "answer", afterMs: (leg) => this.#answersAfterMs(extension, leg) });
    this.#simulator.setTrunk(DEMO_NUMBERS.busy, { kind: "busy" });
    this.#simulator.setTrunk(DEMO_NUMBERS.noAnswer, { kind: "no-answer" });
    this.#simulator.setTrunk(DEMO_NUMBERS.rejects, { kind: "reject" });
    for (const extension of AGENTS) if (this.#options.takesCalls(extension)) this.#customerCalls(extension);
    this.#customerCalls(`queue:${QUEUE}`);
    this.#lookAgain();
    if (this.#options.othersEveryMs > 0) this.#nextOther();
    if (this.#options.queueEveryMs > 0) this.#nextOfQueues();
    if (this.#options.line !== null) this.#nextOfLine(this.#options.line);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /**
   * Whoever asked to listen waits for that phone. One that is in a call takes no second one by itself: nobody can talk in two. Where nobody sits at the
   * console, what Callplane rings for others, such as a consultation, would never be answered, and is.
   */
  #answersAfterMs(extension: string, leg: { readonly variable: (name: string) => string | undefined }): number | null {
    if (leg.variable(LISTENS) !== undefined) return QUICK_ANSWER_MS;
    const isAttended = this.#options.isAttended(extension);
    const isBusy = this.#simulator.channels().some(({ party, answered }) => party === extension && answered);
    if (isBusy && (isAttended || leg.variable(RUNG_BY_CALLPLANE) === undefined)) return null;
    return isAttended ? ATTENDED_ANSWER_MS : QUICK_ANSWER_MS;
  }

  #customerCalls(to: string): string {
    const from = `+1${this.#nextNumber++}`;
    this.#simulator.callIn({ from, to, name: nameOf(from) });
    return from;
  }

  #later(ms: number, action: () => void): void {
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
  }

  #lookAgain(): void {
    this.#later(LOOK_EVERY_MS, () => {
      const channels = this.#simulator.channels();
      for (const extension of AGENTS) this.#keepBusy(extension, extension, channels.some(({ party }) => party === extension) || !this.#options.takesCalls(extension), this.#options.nextAgentCallMs);
      const callers = channels.filter(({ variables }) => variables["callplane_queue"] !== undefined);
      this.#endQueueCalls(callers);
      const waiting = callers.some((caller) => caller.variables["callplane_queue"] === QUEUE && isWaiting(caller));
      this.#keepBusy("waiting", `queue:${QUEUE}`, waiting, this.#options.nextWaitingMs);
      this.#lookAgain();
    });
  }

  #keepBusy(key: string, destination: string, busy: boolean, afterMs: number): void {
    if (busy) {
      this.#idleSince.delete(key);
      return;
    }
    const since = this.#idleSince.get(key) ?? Date.now();
    this.#idleSince.set(key, since);
    if (Date.now() - since < afterMs) return;
    this.#idleSince.delete(key);
    this.#customerCalls(destination);
  }

  /** Departments' lines grow as long as nobody is online, and shrink when somebody is. */
  #nextOfQueues(): void {
    this.#later(this.#options.queueEveryMs * (0.5 + this.#options.random()), () => {
      const waiting = this.#simulator.channels().filter((caller) => caller.variables["callplane_queue"] !== undefined && isWaiting(caller));
      if (waiting.length < MOST_WAITING) this.#customerCalls(`queue:${this.#pick(QUEUES)}`);
      this.#nextOfQueues();
    });
  }

  /** A department's caller gives up at last, and hangs up when everything is said. */
  #endQueueCalls(callers: readonly ChannelSnapshot[]): void {
    const there = new Set<string>();
    for (const caller of callers) {
      const key = `${caller.uuid} ${isWaiting(caller)}`;
      there.add(key);
      const [least, most] = isWaiting(caller) ? PATIENCE_MS : TALK_MS;
      const due = this.#dueAt.get(key) ?? Date.now() + this.#between(least, most);
      this.#dueAt.set(key, due);
      if (Date.now() >= due) this.#simulator.hangUp(caller.party);
    }
    for (const key of this.#dueAt.keys()) if (!there.has(key)) this.#dueAt.delete(key);
  }

  #nextOther(): void {
    this.#later(this.#options.othersEveryMs * (0.5 + this.#options.random()), () => {
      this.#otherCall();
      this.#nextOther();
    });
  }

  /** A caller of the menu, who listens, presses a key and hangs up some time later. */
  #nextOfLine(line: string): void {
    this.#later(this.#options.lineEveryMs * (0.5 + this.#options.random()), () => {
      const caller = this.#customerCalls(line);
      this.#later(this.#between(3000, 8000), () => this.#simulator.press(caller, this.#pick(KEYS)));
      this.#later(this.#between(25_000, 90_000), () => this.#simulator.hangUp(caller));
      this.#nextOfLine(line);
    });
  }

  /** One call of somebody else's, with one of the ends that calls have. */
  #otherCall(): void {
    const channels = this.#simulator.channels();
    const free = OTHERS.filter((extension) => !channels.some(({ party }) => party === extension));
    if (free.length < 3) return;
    const extension = this.#pick(free);
    const fate = this.#options.random();
    if (fate < 0.12) {
      this.#simulator.setPhone(extension, { kind: "busy" });
      this.#customerCalls(extension);
    } else if (fate < 0.3) {
      this.#simulator.setPhone(extension, { kind: "no-answer" });
      const caller = this.#customerCalls(extension);
      this.#later(this.#between(4000, 12_000), () => this.#simulator.hangUp(caller));
    } else if (fate < 0.5) {
      const number = `+1${this.#nextNumber++}`;
      this.#simulator.setTrunk(number, { kind: "answer", afterMs: NUMBER_ANSWER_MS });
      this.#simulator.dialFrom(extension, number);
      this.#later(this.#between(10_000, 60_000), () => this.#simulator.hangUp(number));
    } else {
      this.#simulator.setPhone(extension, { kind: "answer", afterMs: this.#between(1500, 6000) });
      const caller = this.#customerCalls(extension);
      const leaver = this.#options.random() < 0.5 ? caller : extension;
      this.#later(this.#between(15_000, 90_000), () => this.#simulator.hangUp(leaver));
    }
  }

  #between(low: number, high: number): number {
    return low + (high - low) * this.#options.random();
  }

  #pick<T>(choices: readonly [T, ...T[]] | readonly T[]): T {
    const choice = choices[Math.floor(this.#options.random() * choices.length)] ?? choices[0];
    if (choice === undefined) throw new Error("There is nothing to choose from.");
    return choice;
  }
}
