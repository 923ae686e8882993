import type { ChannelUuid } from "../../freeswitch/index.js";
import { knowsOutsideLeg } from "../leg-owner.js";
import type { DialPlace } from "../../dialling/index.js";
import type { Registry } from "../registry.js";

/** A leg from which FreeSWITCH dials another one by itself. */
export interface SelfDialled {
  readonly first: ChannelUuid;
  readonly second: ChannelUuid;
  /** The node of both; "" when it is not known. */
  readonly node: string;
  /** Milliseconds to wait for the second leg. */
  readonly timeoutMs: number;
}

/**
 * Confirms the place when the registry knows the second leg, and so counts it; gives it back when the first leg ends without that. When neither is seen, as after
 * a lost connection, the place expires by itself. Never rejects.
 */
export async function trackPlace(registry: Registry, place: DialPlace, { first, second, node, timeoutMs }: SelfDialled): Promise<void> {
  // The request may come before the first leg's event.
  let known = false;
  const dialled = (): boolean | undefined => {
    if (knowsOutsideLeg(registry, second)) return true;
    const leg = registry.channel(first);
    if (leg === undefined) return known ? false : undefined;
    known = true;
    return leg.hungUp ? false : undefined;
  };
  try {
    if (await registry.proofs.until([first, second], dialled, { of: "CHANNEL_CREATE", timeoutMs, node })) place.begun();
    else place.giveBack();
  } catch {
    return;
  }
}
