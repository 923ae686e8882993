/** One leg's program: runs its documents one after another, and ends in a defined way, whatever happens. */
import { underAny, within } from "../abort.js";
import { SYSTEM_DOER, type Held, type LiveLeg } from "../calls/index.js";
import { CallplaneError, conflict, ShuttingDown } from "../errors.js";
import { interpret, type Interpretation } from "./interpreter.js";
import type { DocumentSource, Form, ProgramStart } from "./ports.js";
import { codeOfError, LegEnded, PROGRAM_CODES, ProgramError, Replaced } from "./program-error.js";
import { endsByStar } from "./star.js";
import { Run, type RunCall, type RunParts } from "./run.js";

/** What a caller is told whose program cannot go on. */
const APOLOGY = "We are sorry, an application error has occurred. Goodbye.";
/** By then the call has ended, whether or not the caller could be told. */
const FAREWELL_MS = 20_000;

/** What a program begins with. */
export interface Beginning extends Omit<Interpretation, "fallback"> {
  /** Awaited before the first document is asked for; another document calls it off. Never rejects. */
  readonly before?: (signal: AbortSignal) => Promise<void>;
}

/** What an earlier process has begun goes on; it gives what follows. Throws as a document does. */
export interface Resumption {
  readonly resume: (run: Run) => Promise<Beginning | "rescue">;
}

export interface Replacement {
  readonly source: DocumentSource;
  readonly parameters?: Form;
}

/** How it ends: `over`: the leg has ended, or is another's now; `left`: the leg is up, and the next process or connection takes it up. */
export type ProgramEnd = "over" | "left";

export class Program {
  readonly leg: LiveLeg;
  readonly call: RunCall;
  readonly start: ProgramStart;
  readonly #parts: RunParts;
  readonly #ended = new AbortController();
  #replacement: Replacement | null = null;
  #stretch = new AbortController();
  #isEnding = false;

  constructor(parts: RunParts, leg: LiveLeg, call: RunCall, start: ProgramStart) {
    this.#parts = parts;
    this.leg = leg;
    this.call = call;
    this.start = start;
  }

  /** As `replace`. Throws Conflict for a program that ends its call already. */
  give(document: DocumentSource): void {
    if (!this.replace({ source: document })) throw conflict(`The call ${this.call.facts.callSid} is not in progress.`);
  }

  /** Gives it another document, whatever verb runs. False: it ends its call already. */
  replace(replacement: Replacement): boolean {
    if (this.#isEnding) return false;
    this.#replacement = replacement;
    this.#stretch.abort(new Replaced());
    return true;
  }

  /** Callplane stops: the call goes on in FreeSWITCH, for the next process. */
  stop(): void {
    this.#stretch.abort(new ShuttingDown());
  }

  /** The leg has hung up. */
  hungUp(): void {
    this.#ended.abort(new LegEnded());
  }

  /** Runs until the call ends. `found`: an earlier process has run it, and somebody else may have the caller. Never rejects. */
  async run(first: Beginning | Resumption | "rescue", how: "begun" | "found" = "begun"): Promise<ProgramEnd> {
    const { legs, logger } = this.#parts;
    try {
      return await legs.hold(this.leg, SYSTEM_DOER, (held) => this.#run(held, first, how));
    } catch (error) {
      if (this.leg.hungUp) return "over";
      if (error instanceof ShuttingDown) return "left";
      logger.warn({ err: error, channel: this.leg.uuid }, "a program could not have its call");
      // Whoever holds the call decides about it.
      await legs.unmark(this.leg).catch(() => undefined);
      return "over";
    }
  }

  async #run(held: Held, first: Beginning | Resumption | "rescue", how: "begun" | "found"): Promise<ProgramEnd> {
    const { legs, logger } = this.#parts;
    // FreeSWITCH takes the commands in order, so the first document is asked for meanwhile.
    for (const ready of [legs.makeReady(this.leg), legs.ringing(this.leg)]) ready.catch((error: unknown) => logger.debug({ err: error, channel: this.leg.uuid }, "a leg could not be made ready for its program"));
    let next = first;
    let free = async (): Promise<void> => (how === "found" && this.leg.answered && !isResumption(first) ? this.#untilFree(held) : undefined);
    for (;;) {
      const end = await this.#once(held, free, next);
      if (end !== "replaced") return end;
      next = this.#takeReplacement() ?? next;
      free = () => this.#comeBack(held);
    }
  }

  /** One program's documents, or what helps a caller who has none. @param free resolves when the caller is the program's alone */
  async #once(held: Held, free: () => Promise<void>, first: Beginning | Resumption | "rescue"): Promise<ProgramEnd | "replaced"> {
    try {
      await free();
      const next = isResumption(first) ? await this.#inRun(held, first.resume) : first;
      if (next === "rescue") return await this.#rescue(held);
      await this.#interpret(held, next);
      return await this.#end(held);
    } catch (error) {
      return this.#isReplaced(held) ? "replaced" : this.#failed(held, error);
    }
  }

  #isReplaced(held: Held): boolean {
    return this.#replacement !== null && !this.leg.hungUp && !held.signal.aborted;
  }

  /** Ends the call, unless it was given another document at the last moment. */
  async #end(held: Held): Promise<"over" | "replaced"> {
    if (this.#isReplaced(held)) return "replaced";
    this.#isEnding = true;
    await this.#parts.legs.end(this.leg);
    return "over";
  }

  async #interpret(held: Held, { before, ...next }: Beginning): Promise<void> {
    await this.#inRun(held, (run) => interpret(run, { ...next, fallback: this.start.fallback }), before);
  }

  #inRun<T>(held: Held, work: (run: Run) => Promise<T>, before?: Beginning["before"]): Promise<T> {
    return underAny([held.signal, this.#stretch.signal], async (signal) => {
      if (before !== undefined) await underAny([signal, this.#ended.signal], before);
      signal.throwIfAborted();
      if (this.leg.hungUp) throw new LegEnded();
      return work(new Run(this.#parts, this.call, this.leg, { kind: "call", signal, ended: this.#ended.signal, held }));
    });
  }

  #takeReplacement(): Replacement | null {
    const replacement = this.#replacement;
    this.#replacement = null;
    this.#stretch = new AbortController();
    return replacement;
  }

  /** Who talks to the caller, or is about to, goes on without the program; one who is alone in a conference is taken out of it. */
  async #untilFree(held: Held): Promise<void> {
    const { waits, children, leftRecordings } = this.#parts;
    const off = endsByStar(this.#parts, this.leg, held.signal);
    try {
      // FreeSWITCH would record on to the silence or the limit, and no key would end it.
      if (!leftRecordings.isMessage(this.leg)) await held.lend(() => underAny([held.signal, this.#stretch.signal], (signal) => waits.untilFreeOrAlone(this.leg, signal)));
    } finally {
      off();
      if (!this.#isStopping) await children.ruleNoMore(this.leg);
    }
    if (this.leg.hungUp) throw new LegEnded();
    // What an earlier process has let play, record or stream would go on beside the next document.
    await children.takeOut(this.leg, held.signal);
    await leftRecordings.over(this.leg);
  }

  get #isStopping(): boolean {
    return this.#stretch.signal.reason instanceof ShuttingDown;
  }

  /** The leg leaves whatever the document before has put it into. */
  async #comeBack(held: Held): Promise<void> {
    // Always: what was called off a moment ago may have been carried out by FreeSWITCH all the same, without our having heard of it.
    await this.#parts.children.takeOut(this.leg, held.signal);
    await this.#parts.leftRecordings.over(this.leg);
  }

  async #failed(held: Held, error: unknown): Promise<ProgramEnd | "replaced"> {
    const { log, logger } = this.#parts;
    const { account, facts } = this.call;
    if (this.leg.hungUp || error instanceof LegEnded) return "over";
    if (error instanceof ShuttingDown || held.signal.reason instanceof ShuttingDown) return "left";
    // Somebody ends the call, or FreeSWITCH is away: it is told again when it is back.
    if (held.signal.aborted) return "over";
    if (error instanceof CallplaneError && error.code === "SwitchUnavailable") return "left";
    if (!(error instanceof ProgramError)) {
      logger.error({ err: error, channel: this.leg.uuid }, "a program failed");
      log.add(account.organizationId, facts.callSid, { level: "error", code: codeOfError(error, PROGRAM_CODES.internal), text: "The program cannot go on: an error of Callplane or of FreeSWITCH." });
    }
    return this.#rescue(held).catch((second: unknown): ProgramEnd | "replaced" => {
      if (this.#isReplaced(held)) return "replaced";
      if (!this.leg.hungUp) logger.error({ err: second, channel: this.leg.uuid }, "the caller of a program that failed could not be helped");
      return this.leg.hungUp ? "over" : "left";
    });
  }

  /** The program cannot go on: the caller waits for an agent, or is told so and hung up. */
  async #rescue(held: Held): Promise<"over" | "replaced"> {
    const { legs, children, directory } = this.#parts;
    const { department, organizationId } = this.start;
    if (department !== null && directory.hasDepartment(organizationId, department)) {
      await legs.answer(this.leg, held.signal);
      this.#isEnding = true;
      await legs.unmark(this.leg);
      children.queue(this.leg, department);
      return "over";
    }
    const spoken = underAny([held.signal, this.#stretch.signal], (signal) => this.#apologize(signal)).catch((error: unknown) => {
      if (!this.leg.hungUp && !this.#stretch.signal.aborted) this.#parts.logger.warn({ err: error, channel: this.leg.uuid }, "a caller could not be told that a program has failed");
    });
    await within(spoken, FAREWELL_MS);
    return this.#end(held);
  }

  async #apologize(signal: AbortSignal): Promise<void> {
    const { legs, voice } = this.#parts;
    await legs.answer(this.leg, signal);
    await legs.play(this.leg, await voice.say({ content: [APOLOGY], voice: null, language: "en-US" }, signal), signal);
  }
}

const isResumption = (first: Beginning | Resumption | "rescue"): first is Resumption => first !== "rescue" && "resume" in first;
