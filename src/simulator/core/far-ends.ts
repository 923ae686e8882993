/** The people at the far ends: what phones and the numbers behind the trunk do when they are called. */
import type { HangupCause } from "../../freeswitch/index.js";
import type { Channel } from "./channel.js";

export type PartyBehaviour =
  /** Rings, then answers after `afterMs` (default 100). */
  | { readonly kind: "answer"; readonly afterMs?: number }
  | { readonly kind: keyof typeof REFUSALS }
  /** Rings until the other side gives up. */
  | { readonly kind: "no-answer" };

/** What FreeSWITCH makes of a phone that does not ring (sofia_glue_sip_cause_to_freeswitch): 486, 603, 480, a redirect that may not be followed, 503 as of a dead socket. */
const REFUSALS = { busy: "USER_BUSY", reject: "CALL_REJECTED", "do-not-disturb": "NO_USER_RESPONSE", redirect: "REQUESTED_CHAN_UNAVAIL", dead: "NORMAL_TEMPORARY_FAILURE" } as const satisfies Record<string, HangupCause>;

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
    if (behaviour.kind !== "answer" && behaviour.kind !== "no-answer") {
      channel.after(frameMs, () => channel.hangup(REFUSALS[behaviour.kind]));
      return;
    }
    const atOnce = channel.isTrue("sip_auto_answer") || /answer-after=0/.test(channel.variable("sip_h_Call-Info") ?? "") || channel.variable("sip_h_Alert-Info") !== undefined;
    channel.after(frameMs, () => {
      channel.profile.calleeName = party;
      channel.profile.calleeNumber = party;
      channel.ringReady();
      if (behaviour.kind === "no-answer") return;
      // Begun by the ring: timers of different lengths may fire in any order when the process has been held up.
      channel.after(atOnce ? 0 : (behaviour.afterMs ?? DEFAULT_ANSWER_MS), () => {
        if (channel.up) channel.answer();
      });
    });
  }
}

const keyOf = (kind: "phone" | "trunk", party: string): string => `${kind}:${kind === "trunk" ? party.replace(/^\+/, "") : party}`;
