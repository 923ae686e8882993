/** The people of a run: they call in, press keys, talk and hang up, whether Callplane is there or not; and an application that calls people by the API. */
import { delay, eventually } from "../lab/wait.js";
import type { Random } from "../faults/random.js";
import { ENDS } from "./checks.js";
import { KINDS, type Kind } from "./server.js";
import { PHONES, type Account, type World } from "./world.js";
import { basic } from "../support/basic-auth.js";

const REST_MS = 600;
const KEY_MS = 900;

export interface Counts {
  callers: number;
  placed: number;
  readonly kinds: Map<string, number>;
}

const authorizationOf = ({ sid, authToken }: Account): string => basic(sid, authToken);

/** A caller: what the program is, and the number that was called. */
export interface Present {
  readonly kind: Kind;
  readonly line: string;
}

export class Callers {
  readonly #world: World;
  readonly #random: Random;
  readonly #stayMs: readonly [number, number];
  readonly #closing = new AbortController();
  readonly #loops: readonly Promise<void>[];
  /** Who is calling now. Bounded by the loops, times three. */
  readonly #present = new Map<string, Present>();
  /** CallSids that the API gave. Bounded by the calls of a run. */
  readonly placed = new Set<string>();
  /** Numbers, without "+", that the API was asked to call. Bounded by the calls of a run. */
  readonly #called = new Set<string>();
  readonly counts: Counts = { callers: 0, placed: 0, kinds: new Map() };
  #numbers = 0;
  #rooms = 0;

  /** @param stayMs how long a caller stays, milliseconds */
  constructor(world: World, random: Random, { at, stayMs }: { readonly at: number; readonly stayMs: readonly [number, number] }) {
    this.#world = world;
    this.#stayMs = stayMs;
    this.#random = random;
    this.#loops = Array.from({ length: at }, (_, index) => this.#loop(index));
  }

  /** Who has called and not hung up. */
  get present(): ReadonlyMap<string, Present> {
    return this.#present;
  }

  /** Everybody hangs up, also whose phone rings only afterwards: the API had been asked for the call. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#loops);
    const placed = new Set(this.placed);
    const allGone = async (): Promise<boolean> => {
      for (const sid of placed) if (await this.#hasEnded(sid)) placed.delete(sid);
      const rows = (await this.#world.fs.rows()).map((row) => JSON.stringify(row));
      const left = [...this.#called].filter((number) => rows.some((row) => row.includes(number)));
      for (const number of left) await this.#hangUpCalled(number);
      return left.length + placed.size === 0;
    };
    // What stays nevertheless is the run's to judge.
    await eventually("those who were called to be gone", allGone, { timeoutMs: 30_000, everyMs: 100 }).catch(() => undefined);
  }

  async #hasEnded(sid: string): Promise<boolean> {
    const { callplane, account } = this.#world;
    const reply = await fetch(`${callplane.url()}/2010-04-01/Accounts/${account.sid}/Calls/${sid}.json`, { headers: { authorization: authorizationOf(account) }, signal: AbortSignal.timeout(20_000) });
    const { status } = (await reply.json()) as { status?: string };
    return ENDS.has(status ?? "");
  }

  /** @param number without "+"; trunks know some with it */
  async #hangUpCalled(number: string): Promise<void> {
    await this.#world.fs.hangUp(number);
    await this.#world.fs.hangUp(`+${number}`);
  }

  async #loop(index: number): Promise<void> {
    await this.#wait(index * REST_MS);
    while (!this.#closing.signal.aborted) {
      const pick = this.#random.next();
      // Every third loop begins with what one caller alone does not show.
      if (pick < 0.15) await this.#conference();
      else if (pick < 0.3) await this.#queue();
      else if (pick < 0.45) await this.#place();
      else await this.#call(this.#random.of(KINDS));
      await this.#wait(REST_MS);
    }
  }

  async #call(kind: Kind, { target = this.#target(kind), moderator = false, line = this.#line(), stayMs = this.#stay() } = {}): Promise<void> {
    const { application, fs } = this.#world;
    const from = this.#number();
    application.scenes.set(from, { kind, target, moderator });
    this.#count(kind);
    this.counts.callers++;
    this.#present.set(from, { kind, line });
    fs.callIn(from, line);
    const leaves = performance.now() + stayMs;
    while (performance.now() < leaves && !this.#closing.signal.aborted) {
      await this.#wait(Math.min(KEY_MS, leaves - performance.now()));
      if (kind === "gather") await fs.press(from, String(1 + Math.floor(this.#random.next() * 9)));
    }
    this.#present.delete(from);
    await fs.hangUp(from);
    if (!/^(?:conference|queue|desk|department|say|gather|record|stream|copied)$/.test(kind)) await fs.hangUp(target.replace(/^\+/, ""));
  }

  /** Two who talk and a moderator who comes in the midst of it, and whose leaving ends it. */
  async #conference(): Promise<void> {
    const target = `room ${++this.#rooms}`;
    const line = this.#world.lines.url;
    const stayMs = this.#stay();
    await Promise.all([
      this.#call("conference", { target, line, stayMs: stayMs + 3000 }),
      this.#call("conference", { target, line, stayMs: stayMs + 3000 }),
      this.#wait(300).then(() => this.#call("conference", { target, line, stayMs, moderator: true })),
    ]);
  }

  async #queue(): Promise<void> {
    const target = `line ${++this.#rooms}`;
    const stayMs = this.#stay();
    await Promise.all([this.#call("queue", { target, stayMs }), this.#wait(1500).then(() => this.#call("desk", { target, stayMs: Math.max(2000, stayMs - 1500) }))]);
  }

  /** Asks for a call by the API, as Twilio's client does. */
  async #place(): Promise<void> {
    const { application, callplane, account, lines } = this.#world;
    const kind = this.#random.of(["say", "gather", "stream", "number", "record"] as const);
    const scene = `placed-${++this.#rooms}`;
    application.scenes.set(scene, { kind, target: this.#target(kind), moderator: false });
    const to = this.#random.next() < 0.6 ? this.#number() : this.#target(this.#random.of(["busy", "silent"] as const));
    const number = to.replace(/^\+/, "");
    this.#called.add(number);
    const form = new URLSearchParams({ To: to, From: lines.url, Url: application.url(`/voice?scene=${scene}`), FallbackUrl: application.url("/fallback"), StatusCallback: application.url("/status"), Timeout: "8" });
    for (const event of ["initiated", "ringing", "answered", "completed"]) form.append("StatusCallbackEvent", event);
    const reply = await fetch(`${callplane.url()}/2010-04-01/Accounts/${account.sid}/Calls.json`, { method: "POST", headers: { authorization: authorizationOf(account) }, body: form, signal: AbortSignal.timeout(20_000) }).catch(() => null);
    const body: unknown = reply?.status === 201 ? await reply.json().catch(() => null) : null;
    if (typeof body === "object" && body !== null && "sid" in body) {
      this.placed.add(String(body.sid));
      this.counts.placed++;
      this.#count(`placed ${kind}`);
    }
    await this.#wait(this.#stay());
    await this.#hangUpCalled(number);
  }

  #target(kind: Kind): string {
    const [answers, busy] = PHONES;
    const { fs } = this.#world;
    if (kind === "client") return answers;
    if (kind === "busy client") return busy;
    if (kind === "conference" || kind === "queue" || kind === "desk") return `alone ${++this.#rooms}`;
    const number = this.#number();
    fs.trunk(number, kind === "busy" ? { kind: "busy" } : kind === "silent" ? { kind: "no-answer" } : { kind: "answer", afterMs: 200 });
    return number;
  }

  #line(): string {
    const { url, department, nothing } = this.#world.lines;
    return this.#random.of([url, url, url, department, nothing]);
  }

  #stay(): number {
    const [from, to] = this.#stayMs;
    return from + this.#random.next() * (to - from);
  }

  /** Each is used once. */
  #number(): string {
    return `+${this.#world.organization.numbers}${String(10_000 + this.#numbers++)}`;
  }

  #count(kind: string): void {
    this.counts.kinds.set(kind, (this.counts.kinds.get(kind) ?? 0) + 1);
  }

  async #wait(ms: number): Promise<void> {
    const ends = performance.now() + ms;
    while (performance.now() < ends && !this.#closing.signal.aborted) await delay(Math.min(100, Math.max(1, ends - performance.now())));
  }
}
