/** Shapes of `seeds/002_dfba42f890073f0f.txt`. */
import { z } from "zod";
import type { Actor } from "../../people/index.js";
import type { CallDetail, CallService, CallState } from "../../calls/index.js";
import { CallplaneError } from "../../errors.js";

const Refusal = z.object({ status: z.string(), description: z.string() }).meta({ id: "CallFaceError", description: "The status in words (`bad request`, `not found`, …), and a text." });
export const errors = { "4xx": Refusal, "5xx": Refusal } as const;

/** The seed's prototype object. */
export const Prototype = z.object({
  id: z.string(),
  state: z.enum(["queued", "ringing", "active", "held", "parked", "scripted", "ended"]),
  b_leg: z.string().nullable(),
  inbound: z.boolean(),
  destination: z.string(),
  caller_id: z.string(),
  assigned_to: z.string().nullable(),
  channel: z.string(),
  organization_id: z.number().int().nullable().describe("The number that `Organization.id` has as a string."),
  arrival_time: z.string().describe("Epoch seconds.").meta({ examples: ["1795168800"] }),
}).meta({ id: "CallPrototype", description: "A call as AdaHeads' call API shows it." });

export const prototypeOf = ({ view, organizationId, aLeg, bLeg }: CallDetail): z.output<typeof Prototype> => ({
  id: view.id,
  state: view.state,
  b_leg: bLeg?.uuid ?? null,
  inbound: view.direction === "inbound",
  destination: view.to,
  caller_id: view.from,
  assigned_to: view.assignedTo,
  channel: aLeg?.uuid ?? bLeg?.uuid ?? view.id,
  organization_id: organizationId,
  arrival_time: String(Math.floor(Date.parse(view.createdAt) / 1000)),
});

/** The seed's short object, of `/call/state` and `/call/transfer`. */
export const Identified = z.object({ call_id: z.string(), status: z.string(), type: z.literal("cm_id"), callee: z.string() }).meta({ id: "IdentifiedCall", description: "A call as AdaHeads' call API names it." });

export const identifiedOf = ({ view }: CallDetail, status: string): z.output<typeof Identified> => ({ call_id: view.id, status, type: "cm_id", callee: view.to });

/** The seed's words for a call's state, where it has one. */
export const STATUS_WORD = { queued: "queued", ringing: "ringing", active: "answered", held: "on hold", parked: "parked", scripted: "scripted", ended: "hung up" } as const satisfies Record<CallState, string>;

export const CallList = z.object({ status: z.literal("success"), calls: z.array(Prototype) });
export const CallReply = z.object({ status: z.literal("success"), call_id: z.string(), call: Prototype.nullable().describe("As it is now; null when it has ended meanwhile.") });

/** The reply for a call that was just acted on. */
export function callReply(calls: CallService, actor: Actor, id: string): z.output<typeof CallReply> {
  try {
    return { status: "success", call_id: id, call: prototypeOf(calls.get(actor, id)) };
  } catch (error) {
    if (!(error instanceof CallplaneError)) throw error;
    return { status: "success", call_id: id, call: null };
  }
}
