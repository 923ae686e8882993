/** Programs that supervise a call over a stream, as a supervisor does on the phone: permission, audit, events, and where their ears and mouths are. */
import { conflict, notFound } from "../errors.js";
import type { ChannelUuid } from "../freeswitch/index.js";
import type { Actor, SupervisionMode } from "../people/index.js";
import { assertMaySupervise, sameOrganization } from "./access.js";
import type { Call, ProgramSupervision } from "./call.js";
import type { ControlContext } from "./control/context.js";
import { agentLeg } from "./control/parties.js";
import type { SupervisionChange, SupervisionEnd } from "./types.js";
import { subjectOf } from "./views.js";

/** Of one call. */
const MAX_PROGRAMS = 4;

export interface SupervisedCall {
  readonly id: string;
  readonly organizationId: number | null;
  /** The number that was called. */
  readonly to: string;
}

export interface ProgramRequest {
  /** The stream's sid. */
  readonly stream: string;
  readonly mode: SupervisionMode;
  /** Where the program is, without what may be a secret, for the audit log. */
  readonly host: string;
}

/** The supervision of one program. */
export interface Supervising {
  /** The leg whose party's voice is copied: the customer's, or in a call between agents the one that began it; null while there is none that has answered. */
  ears(): ChannelUuid | null;
  /** The leg of the agent who is whispered to; null while no agent talks. */
  mouth(): ChannelUuid | null;
  switched(mode: SupervisionMode, by: string): void;
  ended(reason: SupervisionEnd): void;
  /** `handler` is called after each change of the call; with null once it has ended. Returns the unsubscribe function. */
  onChange(handler: (call: SupervisedCall | null) => void): () => void;
}

export class Programs {
  readonly #context: ControlContext;
  /** What tells the end of a supervision, by stream. Bounded by `MAX_PROGRAMS` of each live call. */
  readonly #ends = new Map<string, (reason: SupervisionEnd, call?: Call) => void>();
  readonly #stop: () => void;

  constructor(context: ControlContext) {
    this.#context = context;
    // The connections end later, when nothing may be told of the call any more.
    this.#stop = context.registry.onChange(({ type, call }) => {
      if (type === "ended") for (const { stream } of call.programs) this.#ends.get(stream)?.("call_ended", call);
    });
  }

  close(): void {
    this.#stop();
    this.#ends.clear();
  }

  /** The call for an actor who may supervise it in this mode. Throws NotFound, Forbidden. */
  check(actor: Actor, callId: string, mode: SupervisionMode | "off"): SupervisedCall {
    return this.#allowed(actor, callId, mode);
  }

  /** The streams that supervise the call now. */
  streams({ id }: SupervisedCall): readonly string[] {
    return this.#context.registry.index.find(id)?.programs.map(({ stream }) => stream) ?? [];
  }

  /** Begins; it is in the audit log and in the call's list of supervisions. Throws NotFound, Forbidden, Conflict. */
  begin(actor: Actor, callId: string, { stream, mode, host }: ProgramRequest): Supervising {
    const { registry } = this.#context;
    const call = this.#allowed(actor, callId, mode);
    if (call.ended) throw conflict(`The call ${call.id} has ended.`);
    if (call.programs.length >= MAX_PROGRAMS) throw conflict(`${MAX_PROGRAMS} programs supervise the call ${call.id} already.`);
    let current: ProgramSupervision = { stream, mode, since: registry.now(call.node) };
    // A call that is joined to another goes on under the other's id.
    const now = (): Call => registry.index.find(call.id) ?? call;
    registry.annotate(now(), { programs: [...now().programs, current] });
    this.#tell(now(), "start", "started", current, actor.name, { host });
    const ended = (reason: SupervisionEnd, of = now()): void => {
      if (!this.#ends.delete(stream)) return;
      registry.annotate(of, { programs: of.programs.filter((each) => each.stream !== stream) });
      this.#tell(of, "end", "ended", current, actor.name, { host }, reason);
    };
    this.#ends.set(stream, ended);
    return {
      ears: () => answered(now().customer ?? now().legs.find(({ uuid }) => uuid === now().aLegId) ?? now().legs[0]),
      mouth: () => {
        const leg = agentLeg(now(), null);
        return leg === undefined || (leg.partner === null && !leg.inConference) ? null : answered(leg);
      },
      switched: (to, by) => {
        current = { ...current, mode: to };
        registry.annotate(now(), { programs: now().programs.map((each) => (each.stream === stream ? current : each)) });
        this.#tell(now(), "switch", "switched", current, by, { host });
      },
      ended: (reason) => ended(reason),
      onChange: (handler) =>
        registry.onChange(({ type, call: changed }) => {
          // Those of a call that is joined to another go on as the other's.
          if ((type !== "updated" && type !== "ended") || !changed.programs.some((each) => each.stream === stream)) return;
          handler(type === "ended" ? null : changed);
        }),
    };
  }

  #allowed(actor: Actor, callId: string, mode: SupervisionMode | "off"): Call {
    const call = this.#context.registry.index.find(callId);
    if (call === undefined || !sameOrganization(actor, call.organizationId)) throw notFound(callId);
    assertMaySupervise(actor, mode);
    return call;
  }

  #tell(call: Call, action: string, what: "started" | "switched" | "ended", { stream, mode }: ProgramSupervision, who: string, detail: { readonly host: string }, reason?: SupervisionEnd): void {
    const { audit, announce, registry } = this.#context;
    const why = reason === undefined ? {} : { reason };
    audit.append({ at: new Date(), organizationId: call.organizationId, actor: who, action: `supervision.${action}`, target: call.id, detail: { stream, mode, ...detail, ...why } });
    const type: SupervisionChange["type"] = `call.supervision.${what}`;
    announce({ type, call: subjectOf(registry, call), agent: null, stream, mode, at: call.ended ? call.changedAt : registry.now(call.node), ...why });
  }
}

const answered = (leg: { readonly uuid: ChannelUuid; readonly answered: boolean; readonly hungUp: boolean } | undefined): ChannelUuid | null => (leg === undefined || !leg.answered || leg.hungUp ? null : leg.uuid);
