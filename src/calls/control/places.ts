import type { ChannelUuid } from "../../freeswitch/index.js";
import { knowsOutsideLeg } from "../outside.js";
import type { DialPlace } from "../../dialling/index.js";
import type { Registry } from "../registry.js";

/** A leg from which FreeSWITCH dials another one by itself. */
export interface SelfDialled {
  readonly first: ChannelUuid;
  readonly second: ChannelUuid;
  /** The node of both; "" when it is not known. */
  readonly node: string;
  /** Milliseconds that it is waited for. */
  readonly timeoutMs: number;
}

/**
 * FreeSWITCH dials by itself now: the registry counts the call from when it knows the second leg, and the place is free again when the first one ends
 * without it. When neither is seen, as when the connection is lost, the place stays taken until it is forgotten. Never rejects.
 */
export async function trackPlace(registry: Registry, place: DialPlace, { first, second, node, timeoutMs }: SelfDialled): Promise<void> {
  // FreeSWITCH may have asked before its event of the first leg came.
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
