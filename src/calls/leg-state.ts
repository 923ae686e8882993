/** Our small state of a call, as it stands on one of its legs (FREESWITCH.md, "Keeping small state"). */
import { NO_ATTRIBUTES } from "./attributes.js";
import type { Call } from "./call.js";
import type { Channel } from "./channel.js";
import type { ChannelState } from "./channel-state.js";
import { helpToKeep } from "./help.js";
import { isUnproven } from "./row-facts.js";

type Doing = Pick<Channel, "parked" | "partner" | "inConference">;

/** What a leg does that is about to be parked. */
export const PARKED: Doing = { parked: true, partner: null, inConference: false };

/** The state for this leg; `doing` overrides what the leg does now. */
export function stateOf(call: Call, leg: Channel, doing: Doing = leg): ChannelState {
  const { supervision } = leg;
  return {
    v: 1,
    c: call.id,
    o: call.organizationId ?? undefined,
    a: call.owner ?? undefined,
    q: call.queue ?? undefined,
    t: call.queuedAt?.getTime(),
    Q: call.enteredAt?.getTime() === call.queuedAt?.getTime() ? undefined : call.enteredAt?.getTime(),
    i: call.priority || undefined,
    h: call.stage === null ? undefined : STAGES[call.stage],
    e: call.queue === null ? (call.department ?? undefined) : undefined,
    z: leg.columns.direction !== "inbound" || leg.queueVariable === (call.department ?? "") ? undefined : leg.queueVariable,
    s: call.mode ?? undefined,
    k: call.parkedAt?.getTime(),
    B: call.attributes === NO_ATTRIBUTES && !call.attributesDue ? undefined : 1,
    L: call.lost ?? undefined,
    O: helpToKeep(call.help),
    P: leg.lostAt?.getTime(),
    S: leg.sipCallId ?? undefined,
    j: call.createdAt.getTime(),
    l: call.answeredAt?.getTime(),
    y: leg.answeredAt?.getTime(),
    // A role that is kept would outlive the proof of another one.
    r: isUnproven(leg) ? undefined : leg.role,
    p: doing.parked ? 1 : undefined,
    b: doing.partner?.uuid,
    m: doing.inConference ? (leg.heldInConference ? 2 : 1) : undefined,
    n: leg.consult ? (leg.consultHeld ? 2 : 1) : undefined,
    W: leg.unjoined ? 1 : undefined,
    x: leg.muted ? 1 : undefined,
    ...historyOf(call, doing === PARKED && call.mode !== null),
    g: leg.recordings[0],
    G: leg.recordingPaused ? 1 : undefined,
    d: call.direction,
    f: call.from,
    u: call.to,
    N: call.fromName ?? undefined,
    R: leg.program ?? undefined,
    ring: leg.ring === leg.uuid ? undefined : (leg.ring ?? undefined), // its own uuid says nothing more
    V: leg.inRecord ? 1 : undefined,
    H: leg.hangupOnStar ? 1 : undefined,
    w: supervision === null ? undefined : { a: supervision.agentId, m: supervision.mode, t: supervision.since.getTime(), u: supervision.target },
  };
}

/** @param isPutAside it is about to be put aside, of which the call itself tells since when */
function historyOf(call: Call, isPutAside: boolean): Pick<ChannelState, "T" | "Z" | "A"> {
  const { state, history } = call;
  const since = state === "ended" || isPutAside ? undefined : history.sinceToKeep(call);
  return {
    ...(since === undefined || state === "ended" ? {} : { T: since.getTime(), Z: state }),
    ...(history.previous.length === 0 ? {} : { A: [...history.previous] }),
  };
}

const STAGES = { waiting: "w", message: "m" } as const;
