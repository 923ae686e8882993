/** The legs that a program calls: dialled for a caller, joined with the caller, or called by themselves. No face uses it. */
import { AnsweredElsewhere, CallplaneError, conflict, ShuttingDown } from "../errors.js";
import { channelUuid, commands, variableValue, type ChannelUuid } from "../freeswitch/index.js";
import type { Organization } from "../people/index.js";
import type { Doer } from "./activities.js";
import type { Call } from "./call.js";
import type { LiveLeg } from "./call-legs.js";
import type { Channel } from "./channel.js";
import { encodeChannelState } from "./channel-state.js";
import { confirmed, whileUp } from "./control/confirm.js";
import { newUuid, nodeOf, organizationOf, type ControlContext } from "./control/context.js";
import { part, playMusic, release, ring } from "./control/legs.js";
import { Rung } from "./control/rung.js";
import { assertReachable, lineOf, phoneOf, resolvePhone, ringing, type PhoneTarget, type UserAddress } from "./control/targets.js";
import { fitForSwitch } from "./names.js";
import { onAnswer, type OnAnswer } from "./on-answer.js";
import { acceptReferral, referralOf } from "./program-referrals.js";
import { refer, type ReferOutcome } from "./program-refers.js";
import { beginTalk, endTalk, ruleNoMore, type TalkRules } from "./program-talks.js";
import { isFree, until } from "./program-waits.js";
import { answerHeadersOf, inviteOf, type SipHeader, type SipInvite, type SipOutcome } from "./sip-facts.js";
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
  /** The leg, answered and parked. Rejects with USER_BUSY, NO_ANSWER, CALL_REJECTED, USER_NOT_REGISTERED, NotFound, CALL_FAILED, or what the signal says. */
  readonly answered: Promise<LiveLeg>;
}

export interface ConferenceEntry {
  /** Letters, digits, `_` and `-`, one for each room of the whole FreeSWITCH. */
  readonly room: string;
  readonly flags: readonly ("mute" | "deaf" | "moderator" | "endconf" | "mintwo" | "wait-mod")[];
}

const PROFILE = "default";
const CONFERENCE_HANGUP = "hangup_after_conference=false";

/** Every operation throws Conflict for a leg that has hung up, SwitchUnavailable or Timeout. Aborting `signal` cancels it. */
export class ProgramChildren {
  readonly #context: ControlContext;

  constructor(context: ControlContext) {
    this.#context = context;
  }

  /**
   * Rings a phone for the caller's leg until that leg ends; several may ring at once. Aborting `signal` ends the ringing; with AnsweredElsewhere the phone shows no missed call.
   * Throws at once what may not be dialled: NUMBER_NOT_ALLOWED, DIAL_LIMIT, InvalidParameter, and Conflict for a caller who has hung up.
   */
  dial(parent: LiveLeg, target: ChildTarget, options: ChildOptions, signal: AbortSignal): Child {
    const context = this.#context;
    const guard = this.#leg(parent);
    const call = this.#call(guard);
    const phone = this.#phone(organizationOf(context, call), target, options, lineOf(call));
    const id = newUuid();
    const { stop, sip } = this.#follow(id, options.onProgress);
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
    return { id, label: phone.label, sip, answered };
  }

  /**
   * Calls somebody without a caller: the leg is a call of its own, of the organization. As `dial` otherwise; `id` is the leg's and the call's. Throws at once SwitchUnavailable
   * where no FreeSWITCH is there to be asked; what the one that is asked refuses, the phone that is not there too, `answered` tells.
   */
  call(organizationId: number, id: string, target: ChildTarget, options: ChildOptions & { readonly callerId: string }, signal: AbortSignal): Child {
    const context = this.#context;
    const organization = context.directory.organization(organizationId);
    if (organization === undefined) throw conflict("There is no such organization.");
    const phone = this.#phone(organization, target, options);
    const uuid = channelUuid(id);
    const node = phone.user === null ? this.#anyNode() : this.#nodeReaching(phone.user);
    if (node instanceof CallplaneError) {
      const absent = Promise.reject<LiveLeg>(node);
      absent.catch(() => undefined);
      return { id, label: phone.label, sip: () => ({ callId: null, refusedWith: null }), answered: absent };
    }
    const rung = new Rung(context, node, uuid, phone.user);
    const { stop, sip } = this.#follow(uuid, options.onProgress);
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
    return { id, label: phone.label, sip, answered };
  }

  /**
   * Joins the two. Resolves when they talk; `over` resolves when the conversation is over for the caller, who is parked again or has hung up. Meanwhile agents may hold,
   * transfer or confer with the caller: it is over when nobody has the caller any more. What of the rules is left then `ruleNoMore` takes back.
   */
  async join(parent: LiveLeg, child: LiveLeg, rules: TalkRules, signal: AbortSignal): Promise<{ readonly over: (signal: AbortSignal) => Promise<void> }> {
    const context = this.#context;
    const caller = this.#leg(parent);
    await beginTalk(context, caller, this.#leg(child), rules, signal);
    return { over: (signalled) => until(context, caller, () => (isFree(context, caller) ? true : undefined), signalled).then(() => undefined) };
  }

  /** Ends the conversation of a caller whom a program has joined with somebody: the other is hung up, or parked where it has a program of its own. */
  endTalk({ uuid }: LiveLeg, signal: AbortSignal): Promise<void> {
    return endTalk(this.#context, this.#context.registry.channel(uuid), signal);
  }

  /** The conversation is over. A failure is only logged. */
  ruleNoMore({ uuid }: LiveLeg): Promise<void> {
    return ruleNoMore(this.#context, this.#context.registry.channel(uuid));
  }

  /** The leg enters the room; resolves when it is in. `over` resolves when it has left: it is parked then, or has hung up. */
  async confer(leg: LiveLeg, { room, flags }: ConferenceEntry, signal: AbortSignal): Promise<{ readonly over: (signal: AbortSignal) => Promise<void> }> {
    const context = this.#context;
    const channel = this.#leg(leg);
    const node = nodeOf(context, channel);
    if (!/^[\w-]{1,100}$/.test(room)) throw conflict("This is no name of a room.");
    const argument = variableValue(`${room}@${PROFILE}${flags.length === 0 ? "" : `+flags{${flags.join("|")}}`}`, "conference");
    const program = [{ app: "set", argument: variableValue(CONFERENCE_HANGUP, "stay") }, { app: "conference", argument }, { app: "park" }] as const;
    const left = this.#leaving(channel);
    await confirmed(context, node, () => node.api(commands.transferInline(channel.uuid, program)), {
      uuids: [channel.uuid],
      proof: () => whileUp(channel.inConference, [channel, "caller"]),
      of: "conference add-member",
      signal,
    });
    return left;
  }

  /** As `confer`, for a leg that is in its room already. */
  conferring(leg: LiveLeg): { readonly over: (signal: AbortSignal) => Promise<void> } {
    return this.#leaving(this.#leg(leg));
  }

  /** Called before the leg enters, or while it is in. */
  #leaving(channel: Channel): { readonly over: (signal: AbortSignal) => Promise<void> } {
    const { parks } = channel;
    const left = (): true | undefined => (channel.hungUp || (!channel.inConference && channel.parks > parks) ? true : undefined);
    return { over: (signal) => this.#context.registry.proofs.until([channel.uuid], left, { of: "CHANNEL_PARK", timeoutMs: DAY_MS, signal, node: channel.node }).then(() => undefined) };
  }

  /** Ends a leg that is no longer needed; a failure is only logged. */
  release({ uuid }: LiveLeg): Promise<void> {
    return release(this.#context, this.#context.registry.channel(uuid));
  }

  /** Parks a caller who is in a bridge or a conference; the others go on, or end, as their own variables say. */
  async takeOut(leg: LiveLeg, signal: AbortSignal): Promise<void> {
    const channel = this.#leg(leg);
    const { call } = channel;
    if (call !== null && (call.queue !== null || call.mode !== null)) this.#context.registry.annotate(call, { queue: null, mode: null });
    await part(this.#context, channel, null, signal);
  }

  /** Into a department's queue, anew, as if the dialplan had sent the caller there. */
  queue(leg: LiveLeg, department: string): void {
    const channel = this.#leg(leg);
    this.#context.registry.waitsAsCaller(channel);
    this.#context.registry.annotate(this.#call(channel), { queue: department, owner: null, mode: null });
    playMusic(this.#context, channel);
  }

  /**
   * Asks the leg's far end to call a SIP address (REFER), and resolves when it has told what became of that call, has refused, has hung up, or says nothing for 30 s. Throws
   * NUMBER_NOT_ALLOWED and InvalidParameter for whom it may not be asked to call.
   */
  refer(leg: LiveLeg, uri: string, signal: AbortSignal): Promise<ReferOutcome> {
    return refer(this.#context, this.#leg(leg), uri, signal);
  }

  /** The Refer-To header with which the other has let go of the leg; null: it was not referred. */
  referralOf(leg: LiveLeg): Promise<string | null> {
    return referralOf(this.#context, this.#leg(leg));
  }

  /** Lets the other know that the leg goes where it was referred to. */
  acceptReferral(leg: LiveLeg, signal: AbortSignal): Promise<void> {
    return acceptReferral(this.#context, this.#leg(leg), signal);
  }

  /** What the INVITE of a leg that called us says. */
  invite(leg: LiveLeg): Promise<SipInvite> {
    return inviteOf(this.#context, this.#leg(leg));
  }

  /** The `X-` headers with which a leg that we have called has answered. */
  answerHeaders(leg: LiveLeg): Promise<readonly SipHeader[]> {
    return answerHeadersOf(this.#context, this.#leg(leg));
  }

  #phone(organization: Organization, target: ChildTarget, { callerId, by }: Pick<ChildOptions, "callerId" | "by">, line: string | null = null): PhoneTarget {
    if ("client" in target) return phoneOf(this.#context, organization, target.client);
    return resolvePhone(this.#context, organization, { type: "phonenumber", to: target.number }, { name: by.name, agentId: null, line, ...(callerId === null ? {} : { preferredCallerId: callerId }) });
  }

  /** The error: the phone is registered nowhere. Throws SwitchUnavailable where that is not certain. */
  #nodeReaching(user: UserAddress): ReturnType<typeof nodeOf> | CallplaneError {
    try {
      return this.#context.phones.nodeFor(user, null);
    } catch (error) {
      if (error instanceof CallplaneError && error.code === "USER_NOT_REGISTERED") return error;
      throw error;
    }
  }

  #anyNode(): ReturnType<typeof nodeOf> {
    const node = this.#context.nodes.all().find((each) => each.status().state === "ready");
    if (node === undefined) throw new CallplaneError("SwitchUnavailable", "No FreeSWITCH is reachable.", { retryAfterS: 5 });
    return node;
  }

  /** Passes on what becomes of the legs of one ringing, each step once. `stop` is the unsubscribe function, which the end calls too. */
  #follow(id: ChannelUuid, tell: NonNullable<ChildOptions["onProgress"]> = () => undefined): { readonly stop: () => void; readonly sip: Child["sip"] } {
    const { registry } = this.#context;
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
    return { stop, sip: () => ({ callId: seen?.sipCallId ?? null, refusedWith: seen?.refusedWith ?? null }) };
  }

  #leg({ uuid }: LiveLeg): Channel {
    const channel = this.#context.registry.channel(uuid);
    if (channel === undefined || channel.hungUp) throw conflict("The leg hung up.");
    return channel;
  }

  #call({ call, uuid }: Channel): Call {
    if (call === null || call.ended) throw conflict(`The leg ${uuid} is on no call.`);
    return call;
  }
}

const DAY_MS = 86_400_000;

/** Why the other phones of a program's ringing stop when one has answered: they show no missed call. */
export const answeredElsewhere = (): AnsweredElsewhere => new AnsweredElsewhere();
