import type { components } from "../../../api/openapi.js";
import type { Look } from "../../../states.js";

export type TrunkWithState = components["schemas"]["TrunkWithState"];
export type GatewayState = TrunkWithState["gateways"][number]["state"];

export const GATEWAY_LOOKS: Readonly<Record<GatewayState, Look>> = {
  up: { shape: "disc", colour: "ok" },
  down: { shape: "warning", colour: "alarm" },
  unknown: { shape: "ring", colour: "off" },
};

/** The worst of the switches' counts: callers come by any of them. */
export function worstOf(gateways: TrunkWithState["gateways"]): GatewayState {
  const states = gateways.map(({ state }) => state);
  return states.includes("down") ? "down" : states.includes("unknown") || states.length === 0 ? "unknown" : "up";
}
