/** One ringing: FreeSWITCH makes a leg for each phone (contact) of a user, keeps the first that answers, and ends the others with LOSE_RACE. */
import { AnsweredElsewhere, type CallplaneError } from "../../errors.js";
import { CommandRefused, commands, errorForCause, saysOfPhone, type ChannelUuid, type HangupCause, type SwitchNode } from "../../freeswitch/index.js";
import type { Channel } from "../channel.js";
import { attempt, type ControlContext } from "./context.js";
import type { UserAddress } from "./targets.js";

export class Rung {
  /** Its legs say so in their state, because FreeSWITCH gives a uuid of ours to the first leg alone (FREESWITCH.md, "Phones, identities and redirects"). */
  readonly id: ChannelUuid;
  readonly #context: ControlContext;
  readonly #node: SwitchNode;
  readonly #phones: number;
  /** Bounded by the user's phones. */
  readonly #legs = new Set<Channel>();

  /** @param user null: a number of the outside, which has one leg */
  constructor(context: ControlContext, node: SwitchNode, id: ChannelUuid, user: UserAddress | null) {
    this.id = id;
    this.#context = context;
    this.#node = node;
    this.#phones = Math.max(1, user === null ? 1 : context.phones.at(user).filter((phone) => phone.node === node.name).length);
  }

  /** The uuid that FreeSWITCH is to give to the leg; null with several. */
  get uuid(): ChannelUuid | null {
    return this.#phones === 1 ? this.id : null;
  }

  /** Whether FreeSWITCH has made a leg. */
  get begun(): boolean {
    return this.#look().size > 0;
  }

  /** The leg that has answered; undefined before. Throws what became of the phones when all have ended. */
  answered(): Channel | undefined {
    const legs = [...this.#look()];
    const answered = legs.find((leg) => leg.answered && !leg.hungUp);
    if (answered !== undefined) return answered;
    if (legs.length < this.#phones || legs.some((leg) => !leg.hungUp)) return undefined;
    throw whyEnded(legs);
  }

  /** What the phones said where FreeSWITCH refuses: it may have called fewer of them than are known here. */
  reasonOf(error: unknown): unknown {
    const legs = [...this.#look()];
    return error instanceof CommandRefused && legs.length > 0 && legs.every((leg) => leg.hungUp) ? whyEnded(legs) : error;
  }

  /** Ends its legs, also those that FreeSWITCH makes later. Resolves when those that it has made have ended. */
  async callOff(why: unknown): Promise<void> {
    const { settings, registry } = this.#context;
    const legs = this.#look();
    if (this.#node.status().state !== "ready" || (legs.size >= this.#phones && [...legs].every((leg) => leg.hungUp))) return;
    const cause = causeOf(why);
    // Bounded by the legs.
    const ended = new Set(legs);
    const end = async (leg: Channel): Promise<void> => {
      if (leg.hungUp || !(await attempt(this.#context, this.#node, commands.kill(leg.uuid, cause)))) return;
      const hasEnded = (): true | undefined => (leg.hungUp ? true : undefined);
      await registry.proofs.until([leg.uuid], hasEnded, { of: "CHANNEL_HANGUP", timeoutMs: settings.confirmMs, node: this.#node.name }).catch(() => undefined);
    };
    await Promise.all([...legs].map(end));
    // FreeSWITCH has refused to make one.
    if (why instanceof CommandRefused) return;
    // FreeSWITCH's thread may not have made the leg yet, and it cannot be ended before.
    const late = async (): Promise<void> => {
      while (ended.size < this.#phones) {
        const next = (): Channel | undefined => [...this.#look()].find((leg) => !ended.has(leg));
        const leg = await registry.proofs.until([this.id], next, { of: "CHANNEL_CREATE", timeoutMs: settings.ringS * 1000 + settings.confirmMs, node: this.#node.name });
        ended.add(leg);
        await end(leg);
      }
    };
    void late().catch(() => undefined);
  }

  #look(): ReadonlySet<Channel> {
    const { registry } = this.#context;
    const own = registry.channel(this.id);
    if (own !== undefined) this.#legs.add(own);
    for (const leg of registry.index.rungBy(this.id)) this.#legs.add(leg);
    return this.#legs;
  }
}

/** What became of the legs of one ringing, all of which have ended. What a phone said that has rung comes before the failure of another (RFC 3261, 16.7, 6). */
export function whyEnded(legs: readonly Pick<Channel, "hangupCause">[]): CallplaneError {
  const causes = legs.map((leg) => leg.hangupCause).filter((each) => each !== "LOSE_RACE");
  const cause = causes.find(saysOfPhone) ?? causes.find((each) => each !== "") ?? causes[0];
  return cause === undefined ? new AnsweredElsewhere() : errorForCause(cause);
}

/** With LOSE_RACE the phone is told that it was answered elsewhere, and shows no missed call (mod_sofia.c, sofia_on_hangup). */
export const causeOf = (why: unknown): HangupCause => (why instanceof AnsweredElsewhere ? "LOSE_RACE" : "ORIGINATOR_CANCEL");
