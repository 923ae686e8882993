import { seesSupervision, maySee } from "./access.js";
import type { Call, RenderedView } from "./call.js";
import type { Channel } from "./channel.js";
import { endOf } from "./ending.js";
import { hearersOf, hearersOfProgram, hearingLegs, hearingProgram } from "./hearers.js";
import { shownHelp } from "./help.js";
import { namedLegs } from "./named-legs.js";
import type { Actor } from "../people/index.js";
import { textOf } from "./number-text.js";
import { recordingIdOf } from "./recording-id.js";
import type { Registry } from "./registry.js";
import { unsettledBy } from "./settled.js";
import type { CallChangeSubject, CallDetail, CallView, ConsultView, Leg, RecordingState, Supervised, Supervision } from "./types.js";

function rendered(registry: Registry, actor: Actor, call: Call): RenderedView {
  const organization = call.organizationId === null ? undefined : registry.directory.organization(call.organizationId);
  const withSupervision = seesSupervision(actor, organization?.supervisionVisible ?? false);
  const kind = withSupervision ? "open" : "discreet";
  const known = call.rendered[kind];
  if (known?.version === call.version) return known;
  const changes = call.version - call.moves;
  // Of thousands that wait, each caller who is taken changes the places alone.
  const view = known?.changes === changes ? { ...known.view, position: call.position } : render(registry, call, withSupervision);
  return (call.rendered[kind] = { version: call.version, changes, view, json: null });
}

export const viewOf = (registry: Registry, actor: Actor, call: Call): CallView => rendered(registry, actor, call).view;

export function jsonOf(registry: Registry, actor: Actor, call: Call): string {
  const kept = rendered(registry, actor, call);
  return (kept.json ??= JSON.stringify(kept.view));
}

export const stateSince = (call: Call): Date => (call.ended ? call.changedAt : call.history.since(call));

function render(registry: Registry, call: Call, withSupervision: boolean): CallView {
  const supervisors = withSupervision && !call.ended ? call.supervisorLegs : [];
  const waits = call.state === "queued";
  const recordingState = recordingStateOf(call);
  return {
    id: call.id,
    state: call.state,
    direction: call.direction,
    from: call.from,
    fromName: call.fromName,
    fromText: textOf(registry, call.organizationId, call.from, call.fromText),
    to: call.to,
    toText: textOf(registry, call.organizationId, call.to, call.toText),
    assignedTo: call.owner,
    previousAgents: call.history.previous.filter((agent) => agent !== call.owner),
    department: call.department,
    node: call.node,
    createdAt: call.createdAt.toISOString(),
    answeredAt: call.answeredAt?.toISOString() ?? null,
    stateSince: stateSince(call).toISOString(),
    queuedAt: waits ? (call.queuedAt?.toISOString() ?? null) : null,
    position: waits ? call.position : null,
    priority: waits ? call.priority : null,
    offeredTo: waits ? call.ringing : [],
    ringing: call.ringing,
    legs: [...call.legs, ...supervisors].map((leg) => legOf(registry, call, leg)),
    supervision: [
      ...supervisors.flatMap((leg) => supervisionOf(call, leg) ?? []),
      ...(withSupervision && !call.ended ? call.programs : []).map(({ stream, mode, since }) => ({ agent: null, stream, mode, since: since.toISOString(), target: null, heardBy: hearersOfProgram(call, mode), hearers: hearingProgram(call, mode), muted: false })),
    ],
    recording: recordingState !== "off",
    recordingState,
    consult: consultOf(call),
    attributes: call.attributes,
    transfer: call.transfer === null ? null : { ...call.transfer, since: call.transfer.since.toISOString() },
    heldBy: call.heldBy,
    conference: call.inConference,
    help: shownHelp(call, withSupervision),
  };
}

export const supervised = (call: Call, leg: Channel, mode: Supervision["mode"]): Supervised => ({ id: leg.uuid, mode, muted: leg.muted, heardBy: hearersOf(call, leg, mode) });

function supervisionOf(call: Call, leg: Channel): Supervision | null {
  const { supervision, answered, muted } = leg;
  if (supervision === null || !answered) return null;
  const { agentId, mode, since } = supervision;
  const target = call.legs.find(({ uuid }) => uuid === supervision.target)?.agentId ?? null;
  return { agent: agentId, mode, since: since.toISOString(), target, heardBy: hearersOf(call, leg, mode), hearers: hearingLegs(call, leg, mode), muted };
}

function recordingStateOf({ legs }: Call): RecordingState {
  const recorded = legs.filter(({ recordings }) => recordings.length > 0);
  if (recorded.length === 0) return "off";
  return recorded.every(({ recordingPaused }) => recordingPaused) ? "paused" : "on";
}

/** A party that is added to a conversation is marked as consulted too while its phone rings; the conversation goes on then. */
function consultOf({ mode, legs }: Call): ConsultView | null {
  const leg = legs.find(({ consult, consultHeld }) => consult && (consultHeld || mode === "held"));
  if (leg === undefined) return null;
  return { to: leg.number, agent: leg.agentId, leg: leg.uuid, state: leg.consultHeld ? "held" : leg.answered ? "active" : "ringing", since: ((leg.answered ? leg.answeredAt : null) ?? leg.createdAt).toISOString() };
}

function qualityOf({ quality }: Channel): Leg["quality"] {
  if (quality === null) return null;
  const { at, ...report } = quality;
  return { ...report, at: at.toISOString() };
}

function legOf(registry: Registry, { organizationId }: Call, leg: Channel): Leg {
  const { number } = leg;
  return { id: leg.uuid, role: leg.role, agent: leg.agentId, number, numberText: textOf(registry, organizationId, number, leg.numberText), name: leg.callerName, state: leg.legState, muted: leg.muted, sipCallId: leg.sipCallId, quality: qualityOf(leg) };
}

export function detailOf(registry: Registry, actor: Actor, call: Call): CallDetail {
  const { aLeg, bLeg } = namedLegs(call);
  return { view: viewOf(registry, actor, call), organizationId: call.organizationId, aLeg: aLeg?.columns ?? null, bLeg: bLeg?.columns ?? null, enteredAt: call.enteredAt };
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
    recordings: call.legs.flatMap(({ node, recordings }) => recordings.map((path) => recordingIdOf(node, path))),
    handover: call.handover,
    ending: call.ended ? endOf(call) : null,
    agentLegs: [
      ...call.legs.flatMap((leg) => (leg.agentId === null ? [] : [{ agentId: leg.agentId, state: leg.legState, answered: leg.answered, dialled: leg.uuid === call.aLegId }])),
      ...(call.lost === null || call.ended ? [] : [{ agentId: call.lost, state: "held", answered: true, dialled: false } as const]),
    ],
    viewFor: (actor) => (maySee(registry.directory, actor, call) ? viewOf(registry, actor, call) : null),
    jsonFor: (actor) => (maySee(registry.directory, actor, call) ? jsonOf(registry, actor, call) : null),
  };
}
