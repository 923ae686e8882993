import { seesSupervision, maySee } from "./access.js";
import type { Call, RenderedView } from "./call.js";
import type { Channel } from "./channel.js";
import { endOf } from "./ending.js";
import type { Actor } from "../people/index.js";
import type { Registry } from "./registry.js";
import { unsettledBy } from "./settled.js";
import type { CallChangeSubject, CallDetail, CallView, Leg } from "./types.js";

function rendered(registry: Registry, actor: Actor, call: Call): RenderedView {
  const organization = call.organizationId === null ? undefined : registry.directory.organization(call.organizationId);
  const withSupervision = seesSupervision(actor, organization?.supervisionVisible ?? false);
  const kind = withSupervision ? "open" : "discreet";
  const known = call.rendered[kind];
  if (known?.version === call.version) return known;
  return (call.rendered[kind] = { version: call.version, view: render(call, withSupervision), json: null });
}

export const viewOf = (registry: Registry, actor: Actor, call: Call): CallView => rendered(registry, actor, call).view;

export function jsonOf(registry: Registry, actor: Actor, call: Call): string {
  const kept = rendered(registry, actor, call);
  return (kept.json ??= JSON.stringify(kept.view));
}

function render(call: Call, withSupervision: boolean): CallView {
  const supervisors = withSupervision && !call.ended ? call.supervisorLegs : [];
  return {
    id: call.id,
    state: call.state,
    direction: call.direction,
    from: call.from,
    fromName: call.fromName,
    to: call.to,
    assignedTo: call.owner,
    department: call.department,
    node: call.node,
    createdAt: call.createdAt.toISOString(),
    answeredAt: call.answeredAt?.toISOString() ?? null,
    ringing: call.ringing,
    legs: [...call.legs.map(legOf), ...supervisors.map(legOf)],
    supervision: [
      ...supervisors.flatMap(({ supervision, answered }) => (supervision === null || !answered ? [] : [{ agent: supervision.agentId, mode: supervision.mode, since: supervision.since.toISOString() }])),
      ...(withSupervision && !call.ended ? call.programs : []).map(({ stream, mode, since }) => ({ agent: null, stream, mode, since: since.toISOString() })),
    ],
    recording: call.legs.some((leg) => leg.recordings.length > 0),
    heldBy: call.heldBy,
    conference: call.inConference,
  };
}

function legOf(leg: Channel): Leg {
  return { id: leg.uuid, role: leg.role, agent: leg.agentId, number: leg.number, name: leg.callerName, state: leg.legState, muted: leg.muted, sipCallId: leg.sipCallId };
}

export function detailOf(registry: Registry, actor: Actor, call: Call): CallDetail {
  const { aLeg, bLeg } = namedLegs(call);
  return { view: viewOf(registry, actor, call), organizationId: call.organizationId, aLeg: aLeg?.columns ?? null, bLeg: bLeg?.columns ?? null, queuedAt: call.queuedAt };
}

/** `aleg` began the call and `bleg` received it. When one is gone, the oldest leg that is left replaces it (CONTRACT §5). */
export function namedLegs(call: Call): { readonly aLeg: Channel | undefined; readonly bLeg: Channel | undefined } {
  const byId = (id: string | null): Channel | undefined => call.legs.find((leg) => leg.uuid === id);
  const a = byId(call.aLegId);
  const b = byId(call.bLegId);
  const aLeg = a ?? call.legs.find((leg) => leg !== b);
  return { aLeg, bLeg: b ?? call.legs.find((leg) => leg !== aLeg) };
}

export function subjectOf(registry: Registry, call: Call): CallChangeSubject {
  return {
    id: call.id,
    organizationId: call.organizationId,
    assignedTo: call.owner,
    ringing: call.ringing,
    department: call.department,
    queued: call.state === "queued",
    unsettled: unsettledBy(call),
    changedAt: call.changedAt,
    ending: call.ended ? endOf(call) : null,
    agentLegs: [
      ...call.legs.flatMap((leg) => (leg.agentId === null ? [] : [{ agentId: leg.agentId, state: leg.legState, answered: leg.answered, dialled: leg.uuid === call.aLegId }])),
      ...(call.lost === null || call.ended ? [] : [{ agentId: call.lost, state: "held", answered: true, dialled: false } as const]),
    ],
    viewFor: (actor) => (maySee(registry.directory, actor, call) ? viewOf(registry, actor, call) : null),
  };
}
