/** All programs of this process: begins them, gives them other documents, takes up those of an earlier process, and tells what becomes of their legs. */
import type { LiveLeg, ProgramNews } from "../calls/index.js";
import { conflict, notFound, ShuttingDown } from "../errors.js";
import type { HangupCause } from "../freeswitch/index.js";
import { callSid, uuidOfCallSid } from "../sids.js";
import { partiesOf, type CallFacts, type Parties } from "./call-parameters.js";
import { callerOf, noteCaller } from "./callers.js";
import type { DocumentSource, ProgramAccount, ProgramSource, ProgramStart } from "./ports.js";
import type { ProgramCall, Update } from "./program-call.js";
import { PlacedCalls, type PlaceRequest } from "./placed-calls.js";
import { Program, type Beginning, type ProgramEnd, type Resumption } from "./program.js";
import { resumeConference } from "./execution/dial-conference.js";
import { afterRestart, API_PROGRAM, forgotten, isProgrammed } from "./starts.js";
import { ConferenceDesk, Conferences, type ConferenceBook } from "./conferences/index.js";
import { kept } from "./progress.js";
import { LeftRecordings } from "./left-recordings.js";
import { accountOf, LegDesk } from "./leg-desk.js";
import { LegRecordings } from "./leg-recordings.js";
import { NamedQueues, QueueDesk } from "./named-queues/index.js";
import { answererOf, FollowedLegs, type FollowedLegsParts } from "./followed-legs.js";
import { LeftBehind } from "./left-behind.js";
import type { RunParts } from "./run.js";
import { statusOfLeg } from "./statuses.js";
import { readDocument } from "./webhook.js";
import { PARTY_PROGRAM } from "./party-program.js";

/** What programs share; the engine itself adds what it keeps for them. */
export interface EngineParts extends Omit<RunParts, "followed" | "conferences" | "queues" | "legRecordings" | "leftRecordings">, Pick<FollowedLegsParts, "accounts" | "watches" | "owned"> {
  readonly source: ProgramSource;
  readonly conferenceBook: ConferenceBook;
}

export class ProgramEngine {
  readonly #parts: EngineParts & RunParts;
  /** By leg. Bounded by the live legs: each leaves with the end of its program. */
  readonly #programs = new Map<string, Program>();
  readonly #placed: PlacedCalls;
  /** By CallSid, for legs whose CallSid was given before they were there. Bounded by the live legs. */
  readonly #legs = new Map<string, string>();
  /** Bounded by the programs that run. */
  readonly #running = new Set<Promise<void>>();
  readonly #stop: () => void;
  readonly #closing = new AbortController();
  readonly #followed: FollowedLegs;
  readonly #left: LeftRecordings;

  private constructor(parts: EngineParts & RunParts, followed: FollowedLegs, left: LeftRecordings) {
    this.#parts = parts;
    this.#followed = followed;
    this.#left = left;
    this.#placed = new PlacedCalls({
      ...parts,
      followed,
      closing: this.#closing.signal,
      track: (work) => this.#track(work),
      answered: (sid, leg, call, start, first) => {
        this.#name(sid, leg);
        return this.#run(new Program(parts, leg, call, start), first);
      },
    });
    const stops = [
      parts.legs.tidings.onProgram((news) => this.#track(this.#begin(news))),
      parts.legs.tidings.onReady(() => {
        if (parts.legs.knowsAll) this.#track(parts.conferences.missed((uuid) => isProgrammed(parts.legs.leg(uuid))));
      }),
    ];
    this.#stop = () => stops.forEach((stop) => stop());
  }

  /** Must be there before FreeSWITCH tells its legs. Throws DatabaseUnavailable. */
  static async open(parts: EngineParts): Promise<ProgramEngine> {
    const followed = await FollowedLegs.open(parts);
    const leftRecordings = await LeftRecordings.open(parts);
    return new ProgramEngine({ ...parts, followed, conferences: await Conferences.open(parts), queues: new NamedQueues(), legRecordings: new LegRecordings(parts), leftRecordings }, followed, leftRecordings);
  }

  /** The conferences that go on. */
  get conferences(): Conferences {
    return this.#parts.conferences;
  }

  /** The same, for those who change them from outside. */
  get conferenceDesk(): ConferenceDesk {
    return new ConferenceDesk(this.#parts.conferences);
  }

  /** The queues that programs have made by naming them. */
  get queues(): NamedQueues {
    return this.#parts.queues;
  }

  /** The same, for those who change them from outside. */
  get queueDesk(): QueueDesk {
    return new QueueDesk(this.#parts.queues);
  }

  /** Recordings and streams of live legs, for those who begin and end them from outside. */
  get legDesk(): LegDesk {
    return new LegDesk({ ...this.#parts, legOf: (organizationId, sid) => this.legOf(organizationId, sid), closing: this.#closing.signal });
  }

  /** What is left on FreeSWITCHes that no process has any more. */
  get leftBehind(): LeftBehind {
    return new LeftBehind({ ...this.#parts, recordingBook: this.#parts.recordings, followed: this.#followed, recordings: this.#left });
  }

  /** Stops all programs; the calls go on in FreeSWITCH, for the next process. The operations under way must have been called off. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort(new ShuttingDown());
    this.#stop();
    this.#placed.stop();
    for (const program of this.#programs.values()) program.stop();
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
    await this.#parts.conferences.close();
    await this.#parts.legRecordings.close();
    await this.#left.close();
    await this.#followed.close();
  }

  /** Programs that run now. */
  get size(): number {
    return this.#programs.size;
  }

  /** The live leg of a CallSid, a program's or any other; undefined: there is none, or it is another organization's. */
  legOf(organizationId: number, sid: string): LiveLeg | undefined {
    const uuid = this.#legs.get(sid) ?? uuidOfCallSid(sid);
    const leg = uuid === null ? undefined : this.#parts.legs.legOrRung(uuid);
    // Of several phones that ring under this CallSid, none is the call yet.
    if (leg === undefined || leg.hungUp || (leg.uuid !== uuid && !leg.answered)) return undefined;
    return this.#parts.legs.callOf(leg).organizationId === organizationId ? leg : undefined;
  }

  /** What is known of a call that the engine has made or runs; undefined: nothing. */
  find(organizationId: number, sid: string): ProgramCall | undefined {
    const placed = this.#placed.find(organizationId, sid);
    if (placed !== undefined) return { callSid: sid, organizationId, facts: placed.facts, status: placed.status, leg: null };
    const leg = this.legOf(organizationId, sid);
    const program = leg === undefined ? undefined : this.#programs.get(leg.uuid);
    if (leg === undefined || program === undefined) return undefined;
    return { callSid: sid, organizationId, facts: program.call.facts, status: statusOfLeg(leg), leg };
  }

  /**
   * Calls somebody; the program runs when the call is answered. Resolves when it is about to ring: what FreeSWITCH refuses then is a call that has failed. Throws NUMBER_NOT_ALLOWED,
   * DIAL_LIMIT, InvalidParameter, SwitchUnavailable, and ProgramError for a document in the request that is none.
   */
  place(organizationId: number, request: PlaceRequest): Promise<{ readonly callSid: string; readonly facts: CallFacts }> {
    return this.#placed.place(organizationId, request);
  }

  /**
   * Changes a live call: another document, whatever it does now, or its end. Resolves when that is certain to happen. Throws NotFound, Conflict for a call that is not in
   * the state for it, and ProgramError for a document in the request that is none.
   */
  async update(organizationId: number, sid: string, update: Update): Promise<void> {
    const placed = this.#placed.find(organizationId, sid);
    if (placed !== undefined && placed.status !== "in-progress") {
      if (!("status" in update)) throw conflict(`The call ${sid} is not in progress.`);
      return placed.callOff();
    }
    const leg = this.legOf(organizationId, sid);
    if (leg === undefined) throw notFound(`The call ${sid}`);
    if ("status" in update) {
      if (update.status === "canceled" && leg.answered) throw conflict(`The call ${sid} has been answered: it can be completed.`);
      await this.#parts.legs.end(leg, leg.answered ? "NORMAL_CLEARING" : "ORIGINATOR_CANCEL");
      return;
    }
    if (!leg.answered) throw conflict(`The call ${sid} is not in progress.`);
    if ("twiml" in update.document) readDocument(update.document.twiml);
    const program = this.#programs.get(leg.uuid);
    if (program === undefined) await this.#takeOver(organizationId, sid, leg, update.document);
    else program.give(update.document);
  }

  /** A leg without a program gets one: it leaves whatever it is in. */
  async #takeOver(organizationId: number, sid: string, leg: LiveLeg, document: DocumentSource): Promise<void> {
    const { legs, children, web } = this.#parts;
    const [account, { parameters, ...caller }] = await Promise.all([accountOf(this.#parts, organizationId, leg), callerOf(this.#parts, leg)]);
    const before = leg.program;
    // First of all: whoever has dialled the leg leaves it alone from now on.
    legs.mark(leg, API_PROGRAM);
    try {
      await children.takeOut(leg, this.#closing.signal);
    } catch (error) {
      legs.mark(leg, before);
      throw error;
    }
    // Another update may have come meanwhile.
    const other = this.#programs.get(leg.uuid);
    if (other !== undefined) return other.give(document);
    const start: ProgramStart = { name: API_PROGRAM, organizationId, document, fallback: null, department: null, statusCallback: null, direction: leg.columns.direction === "inbound" ? "inbound" : "outbound-dial" };
    const facts = this.#factsOf(account, sid, leg, start, caller);
    this.#name(sid, leg);
    this.#track(this.#run(new Program(this.#parts, leg, { account, facts, cookies: web.cookies(), program: start.name, parameters }, start), { source: document }));
  }

  async #begin(news: ProgramNews): Promise<void> {
    try {
      await this.#onProgram(news);
    } catch (error) {
      this.#parts.logger.error({ err: error, channel: news.leg.uuid }, "the program of a call could not begin; the call ends");
      if (!this.#closing.signal.aborted) await this.#refuse(news.leg, "NORMAL_TEMPORARY_FAILURE");
    }
    // A participant who has hung up before the conference could have it back has left it.
    if (news.leg.hungUp) await this.#parts.conferences.thatMisses(news.leg)?.missed((uuid) => isProgrammed(this.#parts.legs.leg(uuid)));
  }

  async #onProgram({ how: shown, leg, call, name }: ProgramNews): Promise<void> {
    const { waits, accounts, source, web, logger, conferences } = this.#parts;
    const { organizationId } = call;
    if (this.#closing.signal.aborted || this.#programs.has(leg.uuid)) return;
    const left = this.#followed.leftOf(leg);
    // An earlier process that was killed before it could mark the leg has begun the program.
    const how = left === undefined ? shown : "found";
    // A program of an earlier process had dialled it: without that program it is for nobody, unless it talks.
    if (how === "found" && name === PARTY_PROGRAM) return leg.partner === null ? this.#refuse(leg, "NORMAL_CLEARING") : undefined;
    const start = organizationId === null ? null : (source.find(organizationId, name) ?? (how === "found" ? forgotten(leg, organizationId, name, left) : null));
    if (organizationId === null || start === null) {
      logger.warn({ channel: leg.uuid, program: name, organizationId }, "a call is to run a program that there is not; it ends");
      return this.#refuse(leg, "UNALLOCATED_NUMBER");
    }
    // Its facts are taken before anything is awaited: the leg may end meanwhile.
    const told = left?.parties ?? partiesOf(leg, call, start.direction, start);
    const [account, { parameters, ...caller }] = await Promise.all([accounts.of(organizationId, start.line), callerOf(this.#parts, leg)]);
    // Its end was told meanwhile.
    if (left !== undefined && !this.#followed.isToBeTold(left)) return;
    const sid = left?.callSid ?? this.#followed.sidOf(leg) ?? callSid(leg.uuid);
    const facts: CallFacts = { account, callSid: sid, parentCallSid: null, parties: { ...told, ...caller }, ...(left === undefined ? {} : answererOf(left)) };
    if (sid !== callSid(leg.uuid)) this.#name(sid, leg);
    if (how === "begun") this.#track(noteCaller(this.#parts, leg, organizationId, facts.callSid, facts.parties));
    const program = new Program(this.#parts, leg, { account, facts, cookies: web.cookies(), program: name, parameters: [...(start.parameters ?? []), ...parameters] }, start);
    const progress = this.#followed.follow(leg, { facts, uuid: left?.uuid ?? leg.uuid, callback: start.statusCallback, node: leg.node, fallback: start.fallback, department: start.department });
    // Whoever is asked for a document is told the call's end, also when this process is killed at once.
    await kept(progress);
    const wasAnswered = leg.answered;
    if (left !== undefined && wasAnswered) await this.#followed.neverHeard(left, facts, progress);
    const conference = how === "found" ? conferences.thatMisses(leg) : undefined;
    const isCalled = leg.columns.direction !== "inbound";
    const before = async (signal: AbortSignal): Promise<void> => {
      const isThere = await waits.untilAnswered(leg, signal).then(() => !leg.hungUp, () => false);
      if (!isThere || left === undefined) return;
      // Of several phones this is the one.
      this.#name(left.callSid, leg);
      if (!wasAnswered && left.machine !== null) await this.#placed.detect(leg, facts, progress, left.machine, signal);
    };
    const begins: Beginning = { source: start.document, ...(isCalled ? { before } : {}) };
    // Who is called is asked nothing before the answer, so that without one seen no document has run.
    const hasBegun = leg.answered && !(isCalled && (left?.answeredAt === null || left?.machine?.beside === false));
    const first = how === "begun" || !hasBegun ? begins : afterRestart(start);
    await this.#run(program, conference === undefined ? first : { resume: async (run) => (await resumeConference(run, conference)) ?? first }, how);
  }

  /** The caller hears that nobody can be reached now, and does not ring for ever. */
  async #refuse(leg: LiveLeg, cause: HangupCause): Promise<void> {
    await this.#parts.legs.end(leg, leg.answered ? "NORMAL_CLEARING" : cause).catch(() => undefined);
  }

  /** The leg is known by this CallSid until it ends. */
  #name(sid: string, leg: LiveLeg): void {
    if (leg.hungUp) return;
    this.#legs.set(sid, leg.uuid);
    const off = this.#parts.legs.onLeg(leg.uuid, ({ type }) => {
      if (type !== "completed") return;
      off();
      if (this.#legs.get(sid) === leg.uuid) this.#legs.delete(sid);
    });
  }

  #factsOf(account: ProgramAccount, sid: string, leg: LiveLeg, start: ProgramStart, caller: Pick<Parties, "forwardedFrom">): CallFacts {
    const call = this.#parts.legs.callOf(leg);
    const parent = leg.columns.direction === "inbound" ? undefined : call.legs.find(({ uuid, columns }) => uuid !== leg.uuid && columns.direction === "inbound");
    return { account, callSid: sid, parentCallSid: parent === undefined ? null : callSid(parent.uuid), parties: { ...partiesOf(leg, call, start.direction, start), ...caller } };
  }

  async #run(program: Program, first: Beginning | Resumption | "rescue", how: ProgramNews["how"] = "begun"): Promise<void> {
    const { leg } = program;
    // What was to begin before has taken so long that the leg has ended, or an update has given it a program.
    if (leg.hungUp || this.#programs.has(leg.uuid)) return;
    this.#programs.set(leg.uuid, program);
    const off = this.#parts.legs.onLeg(leg.uuid, ({ type }) => {
      if (type === "completed") program.hungUp();
    });
    const end: ProgramEnd = await program.run(first, how);
    off();
    this.#programs.delete(leg.uuid);
    if (end === "left") this.#parts.logger.info({ channel: leg.uuid, program: program.start.name }, "a program has left its call, which goes on in FreeSWITCH");
  }

  #track(work: Promise<void>): void {
    const tracked: Promise<void> = work
      .catch((error: unknown) => this.#parts.logger.error({ err: error }, "a program could not be run"))
      .finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }
}
