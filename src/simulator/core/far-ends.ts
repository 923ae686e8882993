/** The people at the far ends: what phones and the numbers behind the trunk do when they are called. */
import type { HangupCause } from "../../freeswitch/index.js";
import type { Channel } from "./channel.js";

export type PartyBehaviour = (
  /** Rings, then answers after `afterMs` (default 100), which may depend on the leg that begins to ring; null: not by itself. */
  | { readonly kind: "answer"; readonly afterMs?: number | ((leg: Pick<Channel, "variable">) => number | null); readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: keyof typeof REFUSALS }
  /** Rings until the other side gives up. */
  | { readonly kind: "no-answer" }
) & {
  /** Asks for these credentials first (407). */
  readonly challenge?: { readonly username: string; readonly password: string };
  /** Does nothing when it is asked to answer (NOTIFY `talk`). */
  readonly ignoresTalk?: true;
};

/** A SIP status, and what FreeSWITCH makes of it (sofia_glue_sip_cause_to_freeswitch). */
type Refusal = { readonly status: number; readonly cause: HangupCause };

/** Phones that do not ring; a redirect may not be followed, and a dead socket is as 503. */
const REFUSALS = {
  busy: { status: 486, cause: "USER_BUSY" },
  reject: { status: 603, cause: "CALL_REJECTED" },
  "do-not-disturb": { status: 480, cause: "NO_USER_RESPONSE" },
  redirect: { status: 302, cause: "REQUESTED_CHAN_UNAVAIL" },
  dead: { status: 503, cause: "NORMAL_TEMPORARY_FAILURE" },
} as const satisfies Record<string, Refusal>;
const FORBIDDEN: Refusal = { status: 403, cause: "CALL_REJECTED" };

/** The far end refuses the call. */
export function refuse(channel: Channel, { status, cause }: Refusal = REFUSALS.reject): void {
  // Of a redirect FreeSWITCH keeps no status.
  if (status >= 400) for (const name of ["sip_invite_failure_status", "sip_term_status"]) channel.setVariable(name, String(status));
  channel.hangup(cause);
}

const DEFAULT_ANSWER_MS = 100;

export interface FarEndOptions {
  /** Which numbers the trunk knows; the others end NO_ROUTE_DESTINATION. */
  readonly knownNumbers: RegExp;
  readonly defaultBehaviour: PartyBehaviour;
}

export class FarEnds {
  readonly #options: FarEndOptions;
  readonly #behaviours = new Map<string, PartyBehaviour>();

  constructor(options: FarEndOptions) {
    this.#options = options;
  }

  /** @param party an extension, or a number behind the trunk with or without its `+`. */
  setBehaviour(kind: "phone" | "trunk", party: string, behaviour: PartyBehaviour): void {
    this.#behaviours.set(keyOf(kind, party), behaviour);
  }

  behaviour(kind: "phone" | "trunk", party: string): PartyBehaviour {
    return this.#behaviours.get(keyOf(kind, party)) ?? this.#options.defaultBehaviour;
  }

  /** The far end of an outbound leg gets its INVITE. */
  invite(channel: Channel): void {
    const { kind, party } = channel.farEnd;
    if (kind === "loopback") return;
    const frameMs = channel.host.frameMs;
    if (kind === "trunk" && !this.#options.knownNumbers.test(party)) {
      channel.after(frameMs, () => channel.hangup("NO_ROUTE_DESTINATION"));
      return;
    }
    const behaviour = this.behaviour(kind, party);
    if (behaviour.challenge !== undefined && !this.#admits(channel, behaviour.challenge)) return;
    if (behaviour.kind !== "answer" && behaviour.kind !== "no-answer") {
      channel.after(frameMs, () => refuse(channel, REFUSALS[behaviour.kind]));
      return;
    }
    const atOnce = channel.isTrue("sip_auto_answer") || /answer-after=0/.test(channel.variable("sip_h_Call-Info") ?? "") || channel.variable("sip_h_Alert-Info") !== undefined;
    channel.after(frameMs, () => {
      channel.profile.calleeName = party;
      channel.profile.calleeNumber = party;
      channel.ringReady();
      if (behaviour.kind === "no-answer") return;
      const { afterMs = DEFAULT_ANSWER_MS } = behaviour;
      // Begun by the ring: timers of different lengths may fire in any order when the process has been held up.
      const delayMs = atOnce ? 0 : typeof afterMs === "number" ? afterMs : afterMs(channel);
      if (delayMs !== null) channel.after(delayMs, () => this.#answer(channel));
    });
  }

  /** The far end of an outbound leg gets a NOTIFY `talk`: a phone that rings answers. */
  talk(channel: Channel): void {
    const { kind, party } = channel.farEnd;
    if (kind !== "phone" || channel.direction !== "outbound" || this.behaviour(kind, party).ignoresTalk === true) return;
    channel.after(channel.host.frameMs, () => this.#answer(channel));
  }

  #answer(channel: Channel): void {
    const { kind, party } = channel.farEnd;
    if (!channel.up || channel.answered || kind === "loopback") return;
    const behaviour = this.behaviour(kind, party);
    if (behaviour.kind === "answer") for (const [name, value] of Object.entries(behaviour.headers ?? {})) channel.setVariable(`sip_rh_${name}`, value);
    channel.answer();
  }

  /** Whether the call has what the party asks for. Without any credentials FreeSWITCH itself ends it (sofia_reg.c, sofia_reg_handle_sip_r_challenge). */
  #admits(channel: Channel, { username, password }: { readonly username: string; readonly password: string }): boolean {
    const given = [channel.variable("sip_auth_username"), channel.variable("sip_auth_password")];
    if (given[0] === username && given[1] === password) return true;
    const isAsked = given.every((each) => each !== undefined);
    channel.after(channel.host.frameMs, () => (isAsked ? refuse(channel, FORBIDDEN) : channel.hangup("MANDATORY_IE_MISSING")));
    return false;
  }
}

const keyOf = (kind: "phone" | "trunk", party: string): string => `${kind}:${kind === "trunk" ? party.replace(/^\+/, "") : party}`;
