/** A queue that a program has made by naming it: who waits in it, in order (https://www.twilio.com/docs/voice/twiml/enqueue). */
import { sidOf } from "../../sids.js";
import type { Form } from "../ports.js";
import type { Run } from "../run.js";

/** How a stay in a queue ends, in Twilio's words. */
export type QueueResult = "bridged" | "bridging-in-process" | "leave" | "hangup" | "redirected" | "redirected-from-bridged" | "queue-full" | "error" | "system-error";

/** Thrown into what a caller hears when somebody takes the caller. */
export class Dequeued extends Error {
  constructor() {
    super("The caller was taken out of the queue.");
    this.name = "Dequeued";
  }
}

export class QueueMember {
  readonly run: Run;
  readonly joinedAt = Date.now();
  /** Aborted, with Dequeued, when somebody takes the caller. */
  readonly taken = new AbortController();
  #release: (result: QueueResult) => void = () => undefined;
  /** Resolves when whoever took the caller is done with the caller. */
  readonly released = new Promise<QueueResult>((resolve) => (this.#release = resolve));

  constructor(run: Run) {
    this.run = run;
  }

  get waitedS(): number {
    return Math.round((Date.now() - this.joinedAt) / 1000);
  }

  release(result: QueueResult): void {
    this.#release(result);
  }
}

/** Callers that a queue takes, unless it is set otherwise. */
const DEFAULT_SIZE = 100;
/** Twilio's largest (https://www.twilio.com/docs/voice/api/queue-resource). */
export const MAX_QUEUE_SIZE = 5000;
/** The waits that the average is made of. */
const REMEMBERED = 100;

/** The sid of an organization's queue, a department's or one that a program has made. */
export const queueSid = (organizationId: number, name: string): string => sidOf("QU", `${organizationId}/${name}`);

export class NamedQueue {
  /** The same whenever a queue of this name is made, so that whoever has kept it finds the queue again. */
  readonly sid: string;
  readonly name: string;
  readonly organizationId: number;
  readonly createdAt = new Date();
  maxSize: number;
  /** In the order of joining. Bounded by `maxSize`. */
  readonly #members: QueueMember[] = [];
  /** Called when somebody joins. Bounded by the Dials that wait for a caller. */
  readonly #waiting = new Set<() => void>();
  /** Seconds. Bounded by REMEMBERED. */
  readonly #waits: number[] = [];

  constructor(organizationId: number, name: string, maxSize = DEFAULT_SIZE) {
    this.organizationId = organizationId;
    this.name = name;
    this.sid = queueSid(organizationId, name);
    this.maxSize = Math.min(maxSize, MAX_QUEUE_SIZE);
  }

  get members(): readonly QueueMember[] {
    return this.#members;
  }

  /** Whether nobody waits in it or for it. */
  get isIdle(): boolean {
    return this.#members.length === 0 && this.#waiting.size === 0;
  }

  get averageWaitS(): number {
    return this.#waits.length === 0 ? 0 : Math.round(this.#waits.reduce((sum, wait) => sum + wait, 0) / this.#waits.length);
  }

  /** Null: it is full. */
  join(run: Run): QueueMember | null {
    if (this.#members.length >= this.maxSize) return null;
    const member = new QueueMember(run);
    this.#members.push(member);
    for (const tell of [...this.#waiting]) tell();
    return member;
  }

  /** From 1; 0: the caller waits no more. */
  position(member: QueueMember): number {
    return this.#members.indexOf(member) + 1;
  }

  /** The caller waits no more, whatever the reason. */
  leave(member: QueueMember): void {
    const at = this.#members.indexOf(member);
    if (at === -1) return;
    this.#members.splice(at, 1);
    this.#waits.push(member.waitedS);
    if (this.#waits.length > REMEMBERED) this.#waits.shift();
  }

  /** Takes the caller of this FreeSWITCH who has waited longest: nobody else can be joined with a caller there. Null: there is none. */
  takeOn(node: string): QueueMember | null {
    const member = this.#members.find(({ run: { leg } }) => leg.node === node && !leg.hungUp);
    if (member === undefined) return null;
    this.leave(member);
    member.taken.abort(new Dequeued());
    return member;
  }

  /** Calls `tell` when somebody joins; returns the unsubscribe function. */
  onJoin(tell: () => void): () => void {
    this.#waiting.add(tell);
    return () => this.#waiting.delete(tell);
  }

  /** What a caller's requests say of the wait. */
  parametersOf(member: QueueMember): Form {
    return [
      ["QueueSid", this.sid],
      ["QueuePosition", String(Math.max(1, this.position(member)))],
      ["QueueTime", String(member.waitedS)],
      ["AvgQueueTime", String(this.averageWaitS)],
      ["CurrentQueueSize", String(this.#members.length)],
      ["MaxQueueSize", String(this.maxSize)],
    ];
  }
}
