/** A call's two named legs. */
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";

/** `aleg` began the call and `bleg` received it. When one is gone, the oldest leg that is left replaces it (CONTRACT §5). */
export function namedLegs(call: Call): { readonly aLeg: Channel | undefined; readonly bLeg: Channel | undefined } {
  const byId = (id: string | null): Channel | undefined => call.legs.find((leg) => leg.uuid === id);
  const a = byId(call.aLegId);
  const b = byId(call.bLegId);
  const aLeg = a ?? call.legs.find((leg) => leg !== b);
  return { aLeg, bLeg: b ?? call.legs.find((leg) => leg !== aLeg) };
}
