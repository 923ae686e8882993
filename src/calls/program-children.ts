/** The legs that a program calls: dialled for a caller, joined with the caller, or called by themselves. No face uses it. */
import { conflict } from "../errors.js";
import { commands, variableValue } from "../freeswitch/index.js";
import type { Call } from "./call.js";
import type { LiveLeg } from "./call-legs.js";
import type { Channel } from "./channel.js";
import { confirmed, whileUp } from "./control/confirm.js";
import { nodeOf, type ControlContext } from "./control/context.js";
import { part, playMusic, release } from "./control/legs.js";
import { acceptReferral, referralOf } from "./program-referrals.js";
import { refer, type ReferOutcome } from "./program-refers.js";
import { nodeForCall, ringAlone, ringFor, type Child, type ChildOptions, type ChildTarget } from "./program-ringing.js";
import { beginTalk, endTalk, ruleNoMore, type TalkRules } from "./program-talks.js";
import { isFree, until } from "./program-waits.js";
import { answerHeadersOf, inviteOf, type SipHeader, type SipInvite } from "./sip-facts.js";

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
    const guard = this.#leg(parent);
    return ringFor(this.#context, { guard, call: this.#call(guard) }, target, options, signal);
  }

  /**
   * Calls somebody without a caller: the leg is a call of its own, of the organization. As `dial` otherwise; `id` is the leg's and the call's. Throws at once SwitchUnavailable
   * where no FreeSWITCH is there to be asked; what the one that is asked refuses, the phone that is not there too, `answered` tells.
   */
  call(organizationId: number, id: string, target: ChildTarget, options: ChildOptions & { readonly callerId: string }, signal: AbortSignal): Child {
    return ringAlone(this.#context, organizationId, id, target, options, signal);
  }

  /** On which FreeSWITCH `call` would ring the target now; null: on none, or that is not known. */
  nodeFor(organizationId: number, target: ChildTarget): string | null {
    return nodeForCall(this.#context, organizationId, target);
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
