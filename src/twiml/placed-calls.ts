/** Calls that a program's server asks for: they ring, and run their program when they are answered (https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource). */
import { randomUUID } from "node:crypto";
import type { Child, ChildTarget, LiveLeg } from "../calls/index.js";
import { conflict, ShuttingDown } from "../errors.js";
import { callSid } from "../sids.js";
import type { CallFacts } from "./call-parameters.js";
import { detectAnswerer, newAnswerer, type MachineWish } from "./detection.js";
import type { FollowedLegs } from "./followed-legs.js";
import type { RecordingWish } from "./leg-recordings.js";
import type { Form, ProgramAccounts, ProgramStart } from "./ports.js";
import type { Beginning } from "./program.js";
import { codeOfError, PROGRAM_CODES } from "./program-error.js";
import { kept, type Progress } from "./progress.js";
import { statusOfRefusal } from "./refusals.js";
import type { RunCall, RunParts } from "./run.js";
import type { CallStatus } from "./statuses.js";
import { readDocument } from "./webhook.js";

export interface PlaceRequest {
  readonly target: ChildTarget;
  /** What it is told of the ends; `from` is the caller id that is asked for. */
  readonly from: string;
  readonly to: string;
  /** Without organization, direction and ends. */
  readonly start: Omit<ProgramStart, "organizationId" | "direction" | "from" | "to">;
  /** Seconds that it may ring. */
  readonly timeoutS: number;
  /** Seconds that the call may last; null: no limit. */
  readonly timeLimitS: number | null;
  /** Sent after the answer, before the document; null: none. */
  readonly sendDigits: string | null;
  /** Whether a person or a machine answers; null: nobody asks. */
  readonly machine?: MachineWish | null;
  /** The call is recorded from its answer on; null: it is not. */
  readonly record?: Omit<RecordingWish, "source"> | null;
  readonly variables?: Readonly<Record<string, string>>;
  /** Who asks, for the audit log. */
  readonly by: string;
}

interface Placed {
  readonly uuid: string;
  readonly createdAt: Date;
  /** Set with the call. */
  sip: Child["sip"];
  readonly call: RunCall;
  readonly progress: Progress;
  readonly calling: AbortController;
  status: CallStatus;
  /** What the last callback tells of the call's recording. */
  recorded: () => Form;
}

/** Runs the program of a call that was answered, to its end. */
export type Answered = (sid: string, leg: LiveLeg, call: RunCall, start: ProgramStart, first: Beginning) => Promise<void>;

export interface PlacedCallsParts extends Pick<RunParts, "legs" | "children" | "web" | "log" | "ears" | "callbacks" | "legBook" | "legRecordings" | "secondMs"> {
  readonly accounts: ProgramAccounts;
  readonly followed: FollowedLegs;
  readonly answered: Answered;
  /** Aborted when Callplane stops. */
  readonly closing: AbortSignal;
  /** Takes work that must end before the engine is closed. */
  readonly track: (work: Promise<void>) => void;
}

export class PlacedCalls {
  readonly #parts: PlacedCallsParts;
  /** By CallSid, calls that ring. Bounded by the calls under way: each leaves when it is answered, or not. */
  readonly #placed = new Map<string, Placed>();

  constructor(parts: PlacedCallsParts) {
    this.#parts = parts;
  }

  /** Calls off what rings. */
  stop(): void {
    for (const { calling } of this.#placed.values()) calling.abort(new ShuttingDown());
  }

  /** A call that rings; undefined: there is none, or it is another organization's. */
  find(organizationId: number, sid: string): { readonly facts: CallFacts; readonly status: CallStatus; readonly callOff: () => void } | undefined {
    const placed = this.#placed.get(sid);
    if (placed?.call.account.organizationId !== organizationId) return undefined;
    return { facts: placed.call.facts, status: placed.status, callOff: () => placed.calling.abort(conflict("The call was called off.")) };
  }

  /** See `ProgramEngine.place`. */
  async place(organizationId: number, request: PlaceRequest): Promise<{ readonly callSid: string; readonly facts: CallFacts }> {
    const { accounts, web, followed, track } = this.#parts;
    if ("twiml" in request.start.document) readDocument(request.start.document.twiml);
    const account = await accounts.of(organizationId);
    const uuid = randomUUID();
    const sid = callSid(uuid);
    const { from, to } = request;
    const start: ProgramStart = { ...request.start, organizationId, direction: "outbound-api", from, to };
    const facts: CallFacts = { account, callSid: sid, parentCallSid: null, parties: { from, to, direction: "outbound-api", callerName: null }, ...(request.machine == null ? {} : { answerer: newAnswerer() }) };
    const call: RunCall = { account, facts, cookies: web.cookies(), program: start.name, parameters: start.parameters ?? [] };
    // Written before FreeSWITCH is asked, so that its end is told whatever happens.
    const node = this.#parts.children.nodeFor(organizationId, request.target);
    const progress = followed.begin({ facts, uuid, node, callback: start.statusCallback, document: start.document, fallback: start.fallback, department: start.department, machine: request.machine ?? null });
    await kept(progress);
    const placed: Placed = { uuid, createdAt: new Date(), call, progress, calling: new AbortController(), status: "queued", recorded: () => [], sip: () => ({ callId: null, refusedWith: null }) };
    const { answered, sip } = this.#ring(organizationId, uuid, request, placed);
    placed.sip = sip;
    this.#placed.set(sid, placed);
    placed.status = "initiated";
    progress.happened("initiated", new Date());
    track(
      answered.then(
        (leg) => this.#answered(sid, leg, placed, start, request),
        (error: unknown) => this.#failed(sid, placed, error),
      ),
    );
    return { callSid: sid, facts };
  }

  /** Throws what may not be called: the call has not been made then. */
  #ring(organizationId: number, uuid: string, request: PlaceRequest, placed: Placed): Child {
    try {
      return this.#call(organizationId, uuid, request, placed);
    } catch (error) {
      placed.progress.discard();
      this.#parts.followed.ended(placed.progress);
      throw error;
    }
  }

  #call(organizationId: number, uuid: string, { target, timeoutS, timeLimitS, sendDigits, from, start, by, variables }: PlaceRequest, placed: Placed): Child {
    const { children, followed, secondMs } = this.#parts;
    const { progress, calling } = placed;
    return children.call(
      organizationId,
      uuid,
      target,
      {
        ringS: timeoutS,
        callerId: from,
        program: start.name,
        by: { name: by },
        limitS: timeLimitS === null ? null : Math.max(1, Math.round((timeLimitS * secondMs) / 1000)),
        digits: sendDigits,
        ...(variables === undefined ? {} : { variables }),
        onProgress: (what, leg, at) => {
          if (what === "ringing") placed.status = "ringing";
          if (what === "completed") {
            progress.completed({ cause: leg.hangupCause }, at, placed.recorded());
            followed.ended(progress);
          } else {
            // Another FreeSWITCH may have become the one to be asked meanwhile.
            progress.isOn(leg.node);
            progress.happened(what, at);
          }
        },
      },
      calling.signal,
    );
  }

  async #answered(sid: string, leg: LiveLeg, placed: Placed, start: ProgramStart, { machine = null, record = null }: PlaceRequest): Promise<void> {
    const { call, progress } = placed;
    placed.status = "in-progress";
    if (record !== null) await this.#record(leg, placed, record);
    // Its program is found from now on.
    this.#placed.delete(sid);
    const before = machine === null ? {} : { before: (signal: AbortSignal): Promise<void> => this.detect(leg, call.facts, progress, machine, signal) };
    await this.#parts.answered(sid, leg, call, start, { source: start.document, ...before });
  }

  /** A call that cannot be recorded goes on, with an error in its log. */
  async #record(leg: LiveLeg, placed: Placed, record: Omit<RecordingWish, "source">): Promise<void> {
    const { legRecordings, log, closing } = this.#parts;
    const { account, facts } = placed.call;
    try {
      placed.recorded = (await legRecordings.begin(leg, facts, { ...record, source: "OutboundAPI" }, closing)).form;
    } catch (error) {
      if (!leg.hungUp) log.add(account.organizationId, facts.callSid, { level: "error", code: codeOfError(error, PROGRAM_CODES.internal), text: "The call could not be recorded." });
    }
  }

  /** Listens to who answers. Resolves when its program may begin: at once where that does not wait for the verdict. Never rejects. */
  async detect(leg: LiveLeg, { answerer = newAnswerer(), ...facts }: CallFacts, progress: Progress, wish: MachineWish, signal: AbortSignal): Promise<void> {
    const { track, closing } = this.#parts;
    const detected = detectAnswerer(this.#parts, { ...facts, answerer }, leg, wish, wish.beside ? closing : signal).then(() => (answerer.answeredBy === null ? undefined : progress.detected()));
    if (!wish.beside) return detected;
    track(detected);
  }

  async #failed(sid: string, { uuid, createdAt, call, progress, calling, sip }: Placed, error: unknown): Promise<void> {
    const { followed, closing } = this.#parts;
    // A process that stops leaves what rings to the next one.
    if (!closing.aborted) {
      const end = calling.signal.aborted ? ({ status: "canceled", cause: "ORIGINATOR_CANCEL" } as const) : statusOfRefusal(error);
      const endedAt = new Date();
      // Whoever is told of its end finds it, and until then it is found here.
      await followed.unmade(call.facts, { uuid, parent: null }, end, createdAt, endedAt);
      progress.completed({ ...end, refusedWith: sip().refusedWith }, endedAt);
    }
    this.#placed.delete(sid);
    followed.ended(progress);
  }
}
