/** The legs whose progress somebody is told: those of this process, and those that an earlier one has followed. */
import { within } from "../abort.js";
import type { LiveLeg, ProgramLegs, TracedLeg } from "../calls/index.js";
import type { Logger } from "../logger.js";
import { uuidOfCallSid } from "../sids.js";
import type { CallFacts } from "./call-parameters.js";
import { neverHeard } from "./detection.js";
import type { OwnedNodes } from "./owned-nodes.js";
import type { Callbacks, LegBook, ProgramAccounts, UnmadeCall } from "./ports.js";
import { codeOfError, PROGRAM_CODES } from "./program-error.js";
import type { ProgramLog } from "./program-log.js";
import { kept, KEPT_MS, Progress, type ProgressOf, type ProgressParts } from "./progress.js";
import type { EndStatus } from "./statuses.js";
import type { LegWatch, LegWatches } from "./watches.js";

/** Who has answered, as far as an earlier process knew it. */
export const answererOf = ({ answeredBy, machine }: LegWatch): Pick<CallFacts, "answerer"> => (answeredBy === null && machine === null ? {} : { answerer: { answeredBy, durationMs: null } });

export interface FollowedLegsParts {
  readonly legs: Pick<ProgramLegs, "onLeg" | "knowsAll" | "legOrRung"> & { readonly tidings: Pick<ProgramLegs["tidings"], "onReady"> };
  readonly callbacks: Callbacks;
  readonly watches: LegWatches;
  readonly legBook: LegBook;
  readonly accounts: ProgramAccounts;
  readonly owned: OwnedNodes;
  readonly log: ProgramLog;
  readonly logger: Logger;
}

/** One leg, or one ringing of several phones, as its CallSid names it. */
interface Followed {
  readonly progress: Progress;
  /** What an earlier process has left of it; null: nothing. */
  readonly watch: LegWatch | null;
  /** The legs that are listened to. Bounded by the phones of one ringing. */
  readonly legs: Set<string>;
}

export class FollowedLegs {
  readonly #parts: FollowedLegsParts;
  /** By CallSid, what other processes have followed and this one has not taken up; those that still follow theirs included. Bounded by the legs of theirs: it only shrinks. */
  readonly #left = new Map<string, LegWatch>();
  /** By CallSid: whoever comes first, a leg has one progress. Bounded by the legs that this process follows: each leaves when its end is durable. */
  readonly #followed = new Map<string, Followed>();
  readonly #stop: () => void;

  private constructor(parts: FollowedLegsParts, left: readonly LegWatch[]) {
    this.#parts = parts;
    for (const watch of left) this.#left.set(watch.callSid, watch);
    const stops = [parts.legs.tidings.onReady(() => void this.#takeUp()), parts.owned.onUnclaimed(() => void this.#takeUp())];
    this.#stop = () => stops.forEach((stop) => stop());
  }

  static async open(parts: FollowedLegsParts): Promise<FollowedLegs> {
    return new FollowedLegs(parts, await parts.watches.open());
  }

  /** Resolves when what was told is durable. Idempotent. */
  async close(): Promise<void> {
    this.#stop();
    await Promise.all([...this.#followed.values()].map(({ progress }) => progress.settled));
  }

  /** What an earlier process has left of this live leg; undefined: nothing. */
  leftOf(leg: LiveLeg): LegWatch | undefined {
    const isOf = ({ uuid }: LegWatch): boolean => uuid === leg.uuid || uuid === leg.ring;
    // Of several phones that ring, each asks.
    const taken = [...this.#followed.values()].flatMap(({ watch, progress }) => (watch === null || progress.end !== null ? [] : [watch]));
    return [...this.#left.values()].find(isOf) ?? (leg.answered ? undefined : taken.find(isOf));
  }

  /** The CallSid under which this leg is followed already; undefined: it is not. */
  sidOf({ uuid }: LiveLeg): string | undefined {
    return [...this.#followed.values()].find(({ legs, progress }) => progress.end === null && legs.has(uuid))?.progress.callSid;
  }

  /** Whether the end of what an earlier process has left is still to be told. */
  isToBeTold({ callSid }: LegWatch): boolean {
    return this.#left.has(callSid) || this.#followed.has(callSid);
  }

  /** Tells from now on what becomes of a leg, or of a ringing that will make one: whoever rings tells the steps. */
  begin(of: ProgressOf): Progress {
    return this.#of(of).progress;
  }

  #of(of: ProgressOf): Followed {
    const { callSid } = of.facts;
    const known = this.#followed.get(callSid);
    if (known !== undefined) {
      known.progress.goesOn(of);
      return known;
    }
    const watch = this.#left.get(callSid) ?? null;
    this.#left.delete(callSid);
    const progress = watch === null ? new Progress(of, this.#progressParts(of.facts)).begin() : Progress.resumed(watch, of, this.#progressParts(of.facts));
    const followed = { progress, watch, legs: new Set<string>() };
    this.#followed.set(callSid, followed);
    return followed;
  }

  /** As `begin`, for a leg that is there already. Of several phones that ring, each is followed: the first that answers counts, and the last that ends without. */
  follow(leg: LiveLeg, of: ProgressOf): Progress {
    const { legs } = this.#parts;
    const followed = this.#of(of);
    const { progress } = followed;
    if (leg.answered) progress.happened("answered", leg.answeredAt ?? new Date());
    const ended = ({ hangupCause, refusedWith, columns }: TracedLeg, at: Date): void => {
      // Another phone of the same ringing goes on.
      if (!leg.answered && legs.legOrRung(of.uuid) !== undefined) return;
      progress.completed({ cause: hangupCause, refusedWith, direction: columns.direction === "inbound" ? "inbound" : "outbound" }, at);
      this.ended(progress);
    };
    // It may have ended before anybody could follow it, and nothing more comes of it then.
    if (leg.hungUp) {
      ended(leg, leg.hungUpAt ?? new Date());
      return progress;
    }
    if (followed.legs.has(leg.uuid)) return progress;
    followed.legs.add(leg.uuid);
    const off = legs.onLeg(leg.uuid, ({ type, at, leg: now }) => {
      if (type === "answered") progress.happened("answered", at);
      if (type !== "completed") return;
      off();
      ended(now, at);
    });
    return progress;
  }

  /** Resolves when the end of the leg, if it is followed, is certain to be told, however this process ends: to be awaited before a server hears of it. Never rejects. */
  async kept(callSid: string): Promise<void> {
    const followed = this.#followed.get(callSid);
    if (followed !== undefined) await kept(followed.progress);
  }

  /** Nothing more is told by it. */
  ended(progress: Progress): void {
    const { callSid } = progress;
    void progress.settled.finally(() => {
      if (this.#followed.get(callSid)?.progress === progress) this.#followed.delete(callSid);
    });
  }

  /** Every FreeSWITCH has told what it has: legs of earlier processes that nobody has taken up are followed on, and the end of those that are gone is told. */
  async #takeUp(): Promise<void> {
    const { legs, owned } = this.#parts;
    if (!legs.knowsAll) return;
    for (const watch of [...this.#left.values()]) if (legs.legOrRung(watch.uuid) !== undefined || owned.mayEnd(watch.node)) await this.#take(watch);
  }

  /** The end of what was followed on a FreeSWITCH that no process has any more. Resolves when it is durable. Throws DatabaseUnavailable. */
  async abandoned(node: string): Promise<void> {
    for (const watch of await this.#parts.watches.open()) {
      if (watch.node !== node || this.#followed.has(watch.callSid)) continue;
      this.#left.set(watch.callSid, watch);
      await this.#take(watch);
      await this.#followed.get(watch.callSid)?.progress.settled;
    }
  }

  async #take(watch: LegWatch): Promise<void> {
    const { legs, accounts, logger, owned, watches } = this.#parts;
    const { callSid, uuid, callback } = watch;
    try {
      const account = await accounts.of(watch.organizationId, watch.line ?? undefined);
      if (watch.node === null && legs.legOrRung(uuid) === undefined && !(await watches.claim(callSid, owned.first))) return void this.#left.delete(callSid);
      if (!this.#left.has(callSid)) return;
      const facts: CallFacts = { account, callSid, parentCallSid: watch.parentCallSid, parties: watch.parties, ...answererOf(watch) };
      const leg = legs.legOrRung(uuid);
      const of = { facts, uuid, node: leg?.node ?? watch.node ?? owned.first, callback };
      const progress = leg === undefined ? this.begin(of) : this.follow(leg, of);
      if (leg?.answered ?? watch.answeredAt !== null) await this.neverHeard(watch, facts, progress);
      if (leg === undefined) await this.#tellEnd(watch, facts, progress);
    } catch (error) {
      logger.warn({ err: error, callSid }, "what became of a leg of an earlier process could not be told");
    }
  }

  /** Of a leg that has answered: who did is not known, if the earlier process was to tell. Never rejects. */
  async neverHeard({ machine, uuid }: LegWatch, { answerer, ...facts }: CallFacts, progress: Progress): Promise<void> {
    if (machine === null || answerer === undefined) return;
    await neverHeard(this.#parts, { ...facts, answerer }, uuid, machine);
    progress.detected();
  }

  /** It ended while nobody was there to see how. */
  async #tellEnd({ uuid, parties, parentCallSid, answeredAt }: LegWatch, facts: CallFacts, progress: Progress): Promise<void> {
    const at = new Date();
    const status = parties.direction === "inbound" ? "canceled" : "failed";
    if (answeredAt === null) {
      const parent = parentCallSid === null ? null : uuidOfCallSid(parentCallSid);
      if (parties.direction === "outbound-api") await this.unmade(facts, { uuid, parent: null }, { status }, at, at);
      else if (parties.direction === "outbound-dial" && parent !== null) await this.unmade(facts, { uuid, parent }, { status }, at, at);
    }
    progress.completed({ status: answeredAt === null ? status : "completed" }, at);
    this.ended(progress);
  }

  /** A call of the API's, or one that a program has dialled for the leg `parent`, has ended before anybody has answered: it is kept, if FreeSWITCH has made no leg for it. Resolves soon. Never rejects. */
  async unmade({ account, callSid, parties: { from, to } }: CallFacts, of: Pick<UnmadeCall, "uuid" | "parent">, { status, cause = null }: { readonly status: EndStatus; readonly cause?: string | null }, startedAt: Date, endedAt: Date): Promise<void> {
    const { legBook, log } = this.#parts;
    if (status === "completed") return;
    const { organizationId } = account;
    const failed = (error: unknown): void => log.add(organizationId, callSid, { level: "error", code: codeOfError(error, PROGRAM_CODES.internal), text: "The call, which FreeSWITCH has not made, could not be kept." });
    await within(legBook.unmade({ ...of, organizationId, from, to, status, cause, startedAt, endedAt }).catch(failed), KEPT_MS);
  }

  #progressParts(facts: CallFacts): ProgressParts {
    const { callbacks, watches, log } = this.#parts;
    const failed = (error: unknown): void => log.add(facts.account.organizationId, facts.callSid, { level: "error", code: codeOfError(error, PROGRAM_CODES.internal), text: "What became of the call could not be kept for its callback." });
    return { callbacks, watches, failed };
  }
}
