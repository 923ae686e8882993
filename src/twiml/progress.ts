/**
 * Tells a server what becomes of a leg: initiated, ringing, answered, completed (https://www.twilio.com/docs/voice/api/call-resource#statuscallback). Each once, in
 * order, and exactly one at the end, whatever happens.
 */
import { within } from "../abort.js";
import { callForm, rfc2822, type CallFacts } from "./call-parameters.js";
import { signedBy, type CallbackDelivery, type Callbacks, type DocumentSource, type DocumentUrl, type Form, type ProgressEvent, type StatusCallback } from "./ports.js";
import { sipResponseOf, statusOfEnd, type CallStatus, type EndStatus } from "./statuses.js";
import type { MachineWish } from "./detection.js";
import type { LegWatch, LegWatches } from "./watches.js";

export interface ProgressParts {
  readonly callbacks: Callbacks;
  readonly watches: LegWatches;
  /** Told when something could not be made durable. */
  readonly failed: (error: unknown) => void;
}

/** Which leg it is, and who is told. */
export interface ProgressOf {
  readonly facts: CallFacts;
  /** The leg's, or that of the ringing which makes it. */
  readonly uuid: string;
  /** The FreeSWITCH that has it, or will; null: not known. */
  readonly node: string | null;
  readonly callback: StatusCallback | null;
  readonly document?: DocumentSource | null;
  readonly fallback?: DocumentUrl | null;
  readonly department?: string | null;
  /** Who answers is listened for. */
  readonly machine?: MachineWish | null;
}

const ORDER: readonly ProgressEvent[] = ["initiated", "ringing", "answered", "completed"];
const STATUS = { initiated: "initiated", ringing: "ringing", answered: "in-progress" } as const satisfies Record<string, CallStatus>;

export class Progress {
  #of: ProgressOf;
  readonly #parts: ProgressParts;
  #sequence = 0;
  /** The last event that has happened; they do not come again. */
  #at = -1;
  #answeredAt: Date | null = null;
  #end: EndStatus | null = null;
  /** What has happened and may not be in the outbox yet, in order. Bounded by the four events of a leg. */
  #untold: CallbackDelivery[] = [];
  /** How many of them are kept: those may be told. */
  #kept = 0;
  /** What is written, in order. Bounded by the four events of a leg. */
  #writes: Promise<void> = Promise.resolve();

  constructor(of: ProgressOf, parts: ProgressParts) {
    this.#of = of;
    this.#parts = parts;
  }

  /** The progress of a leg that an earlier process has followed. */
  static resumed(watch: LegWatch, { facts, node }: Pick<ProgressOf, "facts" | "node">, parts: ProgressParts): Progress {
    const progress = new Progress({ facts, ...watch, node: node ?? watch.node }, parts);
    progress.#sequence = watch.sequence;
    progress.#answeredAt = watch.answeredAt;
    progress.#at = ORDER.indexOf(watch.answeredAt === null ? "ringing" : "answered");
    progress.#untold = [...(watch.untold ?? [])];
    progress.#kept = progress.#untold.length;
    // From now on another process leaves it alone.
    if (node !== null && node !== watch.node) progress.begin();
    progress.#deliver();
    return progress;
  }

  /** The FreeSWITCH that has it is known. */
  isOn(node: string): void {
    if (this.#end !== null || this.#of.node === node) return;
    this.#of = { ...this.#of, node };
    this.begin();
  }

  /** Somebody goes on with the leg who knows as much of it, or more: another program, or the one that a later process begins. Who is told stays as it was. */
  goesOn({ facts, callback, fallback, department }: ProgressOf): void {
    if (this.#end !== null) return;
    const { callback: before } = this.#of;
    this.#of = { ...this.#of, facts, callback: before ?? callback, ...(fallback === undefined ? {} : { fallback }), ...(department === undefined ? {} : { department }) };
    this.begin();
  }

  /** Who answered is known: a later process tells it too. */
  detected(): void {
    if (this.#end === null) this.begin();
  }

  /** From now on its end is told even if this process ends. */
  begin(): this {
    if (!this.#concernsSomebody) return this;
    this.#write(() => {
      this.#kept = this.#untold.length;
      return this.#parts.watches.put(this.#watch());
    });
    return this;
  }

  /** The leg does not come to be, which is told to whoever asked for it: nobody else is told anything. */
  discard(): void {
    this.#end = "failed";
    this.#forget();
  }

  get callSid(): string {
    return this.#of.facts.callSid;
  }

  /** Null: it goes on. */
  get end(): EndStatus | null {
    return this.#end;
  }

  /** Resolves when what was told so far is durable. Never rejects. */
  get settled(): Promise<void> {
    return this.#writes;
  }

  /** What has happened; what comes too late, or twice, is left out. */
  happened(event: Exclude<ProgressEvent, "completed">, at: Date): void {
    const place = ORDER.indexOf(event);
    if (this.#end !== null || place <= this.#at) return;
    this.#at = place;
    if (event === "answered") this.#answeredAt = at;
    this.#tell(event, STATUS[event], at, []);
    // Kept before it is told: a process that is killed in between leaves it to the next one, and none of its numbers comes twice.
    if (event !== "initiated" || this.#untold.length > 0) this.begin();
    this.#deliver();
  }

  /** The leg has ended, with FreeSWITCH's cause, or with a status that is known otherwise. `refusedWith`: the far end's SIP status. The first one counts. */
  completed(how: ({ readonly cause: string; readonly direction?: "inbound" | "outbound" } | { readonly status: EndStatus; readonly cause?: string }) & { readonly refusedWith?: number | null }, at: Date, others: Form = []): void {
    if (this.#end !== null) return;
    // A phone may answer at the moment at which its ringing is called off: it was told so.
    const status = this.#answeredAt !== null ? "completed" : "status" in how ? how.status : statusOfEnd(how.cause, false, how.direction);
    this.#end = status;
    const seconds = this.#answeredAt === null ? 0 : Math.max(0, Math.round((at.getTime() - this.#answeredAt.getTime()) / 1000));
    const sip = status === "completed" ? sipResponseOf("NORMAL_CLEARING") : String(how.refusedWith ?? sipResponseOf(how.cause ?? ""));
    this.#tell("completed", status, at, [
      ["CallDuration", String(seconds)],
      ["Duration", String(Math.ceil(seconds / 60))],
      ...(sip === "" ? [] : ([["SipResponseCode", sip]] as const)),
      ...others,
    ]);
    // Told again after a crash it has the same number and name.
    this.#write(async () => void (this.#kept = this.#untold.length));
    this.#deliver();
    this.#forget();
  }

  #watch(): LegWatch {
    const { facts, uuid, node, callback, document = null, fallback = null, department = null, machine = null } = this.#of;
    const answeredBy = facts.answerer?.answeredBy ?? null;
    const { callSid, account, parties, parentCallSid } = facts;
    return { callSid, uuid, node, organizationId: account.organizationId, parties, parentCallSid, callback, sequence: this.#sequence, untold: this.#untold.length === 0 ? null : [...this.#untold], answeredAt: this.#answeredAt, answeredBy, machine: answeredBy === null ? machine : null, document, fallback, department, line: account.line ?? null };
  }

  #tell(event: ProgressEvent, status: CallStatus, at: Date, others: Form): void {
    const { callback, facts } = this.#of;
    if (callback === null || !callback.events.includes(event)) return;
    this.#untold.push({
      organizationId: facts.account.organizationId,
      lane: facts.callSid,
      kind: "callback",
      url: callback.url,
      method: callback.method,
      form: callForm(facts, status, [["CallbackSource", "call-progress-events"], ["SequenceNumber", String(this.#sequence++)], ["Timestamp", rfc2822(at)], ...others]),
      ...signedBy(facts.account),
      // After a crash it may be told again, and is delivered once.
      once: `${facts.callSid}/${event}`,
    });
  }

  #deliver(): void {
    this.#write(async () => {
      for (; this.#kept > 0; this.#kept--) {
        const [next] = this.#untold;
        if (next !== undefined) await this.#parts.callbacks.enqueue(next).catch(this.#parts.failed);
        this.#untold.shift();
      }
    });
  }

  /** Else no later process need know of it. Once true, it stays so. */
  get #concernsSomebody(): boolean {
    const { callback, fallback, machine = null } = this.#of;
    return callback !== null || fallback !== undefined || machine !== null;
  }

  #forget(): void {
    if (this.#concernsSomebody) this.#write(() => this.#parts.watches.remove(this.#of.facts.callSid));
  }

  #write(work: () => Promise<void>): void {
    this.#writes = this.#writes.then(work).catch(this.#parts.failed);
  }
}

/** A database that does not answer holds no call up for longer. */
export const KEPT_MS = 1000;

/** Resolves when what is known of the leg is durable, or the database does not answer. */
export const kept = async ({ settled }: Progress): Promise<void> => void (await within(settled, KEPT_MS));
