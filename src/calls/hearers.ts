/** Who hears a supervisor (FREESWITCH.md, "Listen, whisper, barge"). */
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";
import { agentLeg } from "./control/parties.js";
import type { Hearer, Supervision } from "./types.js";

type Mode = Supervision["mode"];

/** Of a call whose target talks to its customer. */
const HEARD_BY = { listen: [], whisper: ["agent"], barge: ["agent", "customer"] } as const satisfies Record<Mode, readonly Hearer[]>;

/** Whoever is joined with the leg that is listened to hears a barge. The customer is not always: in a consultation the customer hears music. */
export const hearersOf = (call: Call, leg: Channel, mode: Mode): readonly Hearer[] => heardAt(call, targetOf(call, leg), mode);

/** The legs that hear a supervisor: the one that is listened to, and in a barge whoever it is joined with. */
export const hearingLegs = (call: Call, leg: Channel, mode: Mode): readonly string[] => reached(call, targetOf(call, leg), mode);

/** Who hears a program that listens: nobody, until an agent talks. */
export const hearersOfProgram = (call: Call, mode: Mode): readonly Hearer[] => heardAt(call, targetOfProgram(call), mode);

/** The legs that hear a program. */
export const hearingProgram = (call: Call, mode: Mode): readonly string[] => reached(call, targetOfProgram(call), mode);

/** The leg that a supervisor speaks to; none: nobody hears the supervisor. */
const targetOf = (call: Call, { supervision, muted }: Channel): Channel | undefined => (muted ? undefined : call.legs.find(({ uuid }) => uuid === supervision?.target));

/** A program speaks to the leg of the call's agent. */
function targetOfProgram(call: Call): Channel | undefined {
  const target = agentLeg(call, null);
  return target === undefined || (target.partner === null && !target.inConference) ? undefined : target;
}

function heardAt(call: Call, target: Channel | undefined, mode: Mode): readonly Hearer[] {
  if (target === undefined) return [];
  const all: readonly Hearer[] = HEARD_BY[mode];
  return all.filter((hearer) => hearer === "agent" || isWithCustomer(call, target));
}

function reached(call: Call, target: Channel | undefined, mode: Mode): readonly string[] {
  if (target === undefined || mode === "listen") return [];
  const others = mode === "whisper" ? [] : call.legs.filter((leg) => leg !== target && (target.inConference ? leg.inConference : leg === target.partner));
  return [target, ...others].map(({ uuid }) => uuid);
}

/** In a conference all hear each other. */
function isWithCustomer(call: Call, target: Channel): boolean {
  if (target.inConference) return call.legs.some((leg) => leg.inConference && leg !== target && isCustomer(call, leg, target));
  return target.partner !== null && isCustomer(call, target.partner, target);
}

/** In a call between colleagues it is the other one, but for a consulted one. */
function isCustomer({ customer, hadCustomer }: Call, leg: Channel, target: Channel): boolean {
  if (customer !== undefined) return leg === customer;
  return !hadCustomer && !leg.consult && !target.consult;
}
