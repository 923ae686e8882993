/** A program's ringing: for a caller, or by itself; which phone, on which FreeSWITCH, and what becomes of its legs. No face uses it. */
import { AnsweredElsewhere, CallplaneError, conflict, ShuttingDown } from "../errors.js";
import { channelUuid, commands, type ChannelUuid, type SwitchNode } from "../freeswitch/index.js";
import type { Organization } from "../people/index.js";
import type { Doer } from "./activities.js";
import type { Call } from "./call.js";
import type { LiveLeg } from "./call-legs.js";
import type { Channel } from "./channel.js";
import { encodeChannelState } from "./channel-state.js";
import { confirmed } from "./control/confirm.js";
import { newUuid, organizationOf, type ControlContext } from "./control/context.js";
import { ring } from "./control/legs.js";
import { Rung } from "./control/rung.js";
import { assertReachable, lineOf, phoneOf, resolvePhone, ringing, type PhoneTarget, type UserAddress } from "./control/targets.js";
import { fitForSwitch } from "./names.js";
import { onAnswer, type OnAnswer } from "./on-answer.js";
import type { SipOutcome } from "./sip-facts.js";
import type { LegChange, TracedLeg } from "./trace.js";

/** An agent by id or an extension of the organization, which rings on all contacts; or a number that the organization may dial. */
export type ChildTarget = { readonly client: string } | { readonly number: string };

export interface ChildOptions extends OnAnswer {
  /** Seconds that it may ring. */
  readonly ringS: number;
  /** What the far end is shown: a phone of the organization as it is, a number of the outside only if it is the organization's own. Null: the default. */
  readonly callerId: string | null;
  readonly callerName?: string | null;
  /** Which program the leg belongs to, for a later process. */
  readonly program: string;
  /** Of the leg, such as SIP headers (`sip_h_X-…`). */
  readonly variables?: Readonly<Record<string, string>>;
  /** On whose behalf it is dialled. */
  readonly by: Doer;
  /** Told once for each: the phone rings, has answered, has ended. */
  readonly onProgress?: (what: "ringing" | "answered" | "completed", leg: TracedLeg, at: Date) => void;
}

export interface Child {
  /** The uuid by which the leg is known from the beginning. With several phones, the one that answers has another. */
  readonly id: string;
  /** The extension or number that is called. */
  readonly label: string;
  /** What SIP says of the leg that has answered; before, or if none has, of the one that ended last. */
  readonly sip: () => SipOutcome;
  /** Whether FreeSWITCH has made a leg for it. */
  readonly begun: () => boolean;
  /** The leg, answered and parked. Rejects with USER_BUSY, NO_ANSWER, CALL_REJECTED, USER_NOT_REGISTERED, NotFound, CALL_FAILED, or what the signal says. */
  readonly answered: Promise<LiveLeg>;
}

/** Why the other phones of a program's ringing stop when one has answered: they show no missed call. */
export const answeredElsewhere = (): AnsweredElsewhere => new AnsweredElsewhere();

/** As `ProgramChildren.dial`, of which it is the work. */
export function ringFor(context: ControlContext, { guard, call }: { readonly guard: Channel; readonly call: Call }, target: ChildTarget, options: ChildOptions, signal: AbortSignal): Child {
  const phone = phoneFor(context, organizationOf(context, call), target, options, lineOf(call));
  const id = newUuid();
  const { stop, sip, begun } = follow(context, id, options.onProgress);
  const request = {
    call,
    ...ringing(phone, { number: options.callerId ?? (call.from || null), name: options.callerName ?? (options.callerId === null ? call.fromName : null) }),
    id,
    guard,
    ringS: options.ringS,
    state: { R: options.program },
  };
  const variables = { ...request.variables, ...options.variables };
  const answered = ring(context, { ...request, variables }, signal).then((leg) => {
    context.registry.annotateLeg(leg, { program: options.program });
    return leg;
  });
  answered.catch(() => stop());
  return { id, label: phone.label, sip, begun, answered };
}

/** As `ProgramChildren.call`, of which it is the work. */
export function ringAlone(context: ControlContext, organizationId: number, id: string, target: ChildTarget, options: ChildOptions & { readonly callerId: string }, signal: AbortSignal): Child {
  const organization = context.directory.organization(organizationId);
  if (organization === undefined) throw conflict("There is no such organization.");
  const phone = phoneFor(context, organization, target, options);
  const uuid = channelUuid(id);
  const node = phone.user === null ? anyNode(context) : nodeReaching(context, phone.user);
  if (node instanceof CallplaneError) {
    const absent = Promise.reject<LiveLeg>(node);
    absent.catch(() => undefined);
    return { id, label: phone.label, sip: () => ({ callId: null, refusedWith: null }), begun: () => false, answered: absent };
  }
  const rung = new Rung(context, node, uuid, phone.user);
  const { stop, sip, begun } = follow(context, uuid, options.onProgress);
  const shown = fitForSwitch(phone.user === null ? phone.callerId : options.callerId);
  const timeoutMs = options.ringS * 1000 + context.settings.confirmMs;
  const command = commands.originate({
    uuid: rung.uuid,
    endpoint: phone.endpoint,
    timeoutS: options.ringS,
    variables: {
      ignore_early_media: "true",
      playback_terminators: "none",
      domain_name: organization.domain,
      presence_data: encodeChannelState({ v: 1, c: uuid, ring: uuid, o: organizationId, r: phone.role, d: phone.user === null ? "outbound" : "internal", f: options.callerId || undefined, u: phone.label, R: options.program }),
      ...(shown === null ? {} : { origination_caller_id_number: shown, origination_caller_id_name: fitForSwitch(options.callerName ?? null) ?? shown }),
      ...phone.variables,
      ...options.variables,
      ...onAnswer(options),
    },
  });
  const place = phone.admit?.(uuid);
  const proof = (): LiveLeg | undefined => {
    if (rung.begun) place?.begun();
    const leg = rung.answered();
    return leg?.parked === true ? leg : undefined;
  };
  const called = async (): Promise<LiveLeg> => {
    let asked = false;
    try {
      await assertReachable(context, node, phone);
      asked = true;
      return await confirmed(context, node, () => node.bgapi(command, { timeoutMs }), { uuids: [uuid], proof, of: "the answer", timeoutMs, signal });
    } catch (error) {
      stop();
      place?.giveBack();
      // It rings on when Callplane stops: the next process takes it up.
      if (asked && !(error instanceof ShuttingDown)) await rung.callOff(error);
      throw rung.reasonOf(error);
    }
  };
  const answered = called();
  answered.catch(() => undefined);
  return { id, label: phone.label, sip, begun, answered };
}

/** As `ProgramChildren.nodeFor`, of which it is the work. */
export function nodeForCall(context: ControlContext, organizationId: number, target: ChildTarget): string | null {
  const organization = context.directory.organization(organizationId);
  if (organization === undefined) return null;
  try {
    const { user } = "client" in target ? phoneOf(context, organization, target.client) : { user: null };
    const node = user === null ? anyNode(context) : nodeReaching(context, user);
    return node instanceof CallplaneError ? null : node.name;
  } catch (error) {
    // Whoever calls is told why.
    if (error instanceof CallplaneError) return null;
    throw error;
  }
}

function phoneFor(context: ControlContext, organization: Organization, target: ChildTarget, { callerId, by }: Pick<ChildOptions, "callerId" | "by">, line: string | null = null): PhoneTarget {
  if ("client" in target) return phoneOf(context, organization, target.client);
  return resolvePhone(context, organization, { type: "phonenumber", to: target.number }, { name: by.name, agentId: null, line, ...(callerId === null ? {} : { preferredCallerId: callerId }) });
}

/** The error: the phone is registered nowhere. Throws SwitchUnavailable where that is not certain. */
function nodeReaching(context: ControlContext, user: UserAddress): SwitchNode | CallplaneError {
  try {
    return context.phones.nodeFor(user, null);
  } catch (error) {
    if (error instanceof CallplaneError && error.code === "USER_NOT_REGISTERED") return error;
    throw error;
  }
}

function anyNode(context: ControlContext): SwitchNode {
  const node = context.nodes.all().find((each) => each.status().state === "ready");
  if (node === undefined) throw new CallplaneError("SwitchUnavailable", "No FreeSWITCH is reachable.", { retryAfterS: 5 });
  return node;
}

/** Passes on what becomes of the legs of one ringing, each step once. `stop` is the unsubscribe function, which the end calls too. */
function follow({ registry }: ControlContext, id: ChannelUuid, tell: NonNullable<ChildOptions["onProgress"]> = () => undefined): Pick<Child, "sip" | "begun"> & { readonly stop: () => void } {
  let rang = false;
  let seen: TracedLeg | null = null;
  let winner: string | null = null;
  const off = registry.onLeg((change: LegChange) => {
    const { leg, type, at } = change;
    const channel = registry.channel(leg.uuid);
    if (type === "digit" || (leg.uuid !== id && channel?.ring !== id)) return;
    if (winner === null) seen = leg;
    if (type === "ringing" && !rang && winner === null) {
      rang = true;
      tell("ringing", leg, at);
    } else if (type === "answered" && winner === null) {
      winner = leg.uuid;
      tell("answered", leg, at);
    } else if (type === "completed" && leg.uuid === winner) {
      off();
      tell("completed", leg, at);
    }
  });
  const stop = (): void => {
    if (winner === null) off();
  };
  return { stop, sip: () => ({ callId: seen?.sipCallId ?? null, refusedWith: seen?.refusedWith ?? null }), begun: () => seen !== null };
}
