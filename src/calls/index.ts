/** The door of the calls room. */
import type { SwitchSink } from "../freeswitch/index.js";
import { Activities, SYSTEM } from "./activities.js";
import { CallLegs } from "./call-legs.js";
import { Janitor } from "./janitor.js";
import { LegAudio } from "./leg-audio.js";
import { Programs } from "./programs.js";
import { unhurried, type ControlContext } from "./control/context.js";
import { record } from "./control/media.js";
import { notFound } from "../errors.js";
import { Listeners } from "../listeners.js";
import { trackPlace, type SelfDialled } from "./control/places.js";
import type { DialPlace } from "../dialling/index.js";
import { ProgramChildren } from "./program-children.js";
import { PROGRAM, ProgramLegs } from "./program-legs.js";
import { ProgramRecordings } from "./program-recordings.js";
import { ProgramRooms } from "./program-rooms.js";
import { ProgramWaits } from "./program-waits.js";
import { Questions } from "./questions.js";
import type { Registry } from "./registry.js";
import { Calls } from "./service.js";
import { StateWriter } from "./state-writer.js";
import { SupervisionDesk } from "./supervision.js";
import type { CallMoves } from "./moved.js";
import type { CallAct, CallTrace, LegChange, TracedCall } from "./trace.js";
import type { CallChange, CallChangeSource, CallsActing } from "./types.js";
import { subjectOf } from "./views.js";

export { SYSTEM as SYSTEM_DOER, type Activity } from "./activities.js";
export type { Held } from "./held.js";
export * from "./call-legs.js";
export type { AudioLeg, CopiedSide, CopyRequest, LegAudio } from "./leg-audio.js";
export type { ProgramRequest, Programs, SupervisedCall, Supervising } from "./programs.js";
export * from "./program-children.js";
export * from "./program-legs.js";
export type { ProgramNews } from "./program-news.js";
export * from "./program-recordings.js";
export type { ReferOutcome } from "./program-refers.js";
export { answeredElsewhere, type Child, type ChildOptions, type ChildTarget } from "./program-ringing.js";
export * from "./program-rooms.js";
export type { SipHeader, SipInvite, SipOutcome } from "./sip-facts.js";
export type { TalkRules } from "./program-talks.js";
export { ProgramWaits } from "./program-waits.js";
export * from "./trace.js";
export * from "./types.js";
export type { Handover } from "./handover.js";
export type { HelpView } from "./help.js";
export type { CallMoves, MovedCall } from "./moved.js";
export { ATTRIBUTE_LIMITS, ATTRIBUTE_PREFIX, ATTRIBUTES_VARIABLE, attributesOfVariables, type Attributes, type AttributesPatch } from "./attributes.js";
export { holderOf, seesQueue } from "./access.js";
export { endCause, hungUpBy } from "./ending.js";
export { decodeChannelState, type ChannelState } from "./channel-state.js";
export { agentOfLeg, knowsOutsideLeg, outsideLegs, waitsAnew } from "./leg-owner.js";
export { recordingIdOf } from "./recording-id.js";
export { displayName } from "./names.js";
export { provenPresence } from "./proven-presence.js";
export type { SelfDialled } from "./control/places.js";
export type { ControlSettings } from "./control/context.js";
export { Registry } from "./registry.js";

export type CallsDependencies = Pick<ControlContext, "nodes" | "phones" | "directory" | "policy" | "audit" | "logger" | "settings">;

/** `Calls` without its private members, so that tests can stand in for it. */
export type CallService = Pick<Calls, keyof Calls>;

/** Live counts for the metrics, taken when they are asked for. */
export interface CallCounts {
  /** By node. */
  channels(): ReadonlyMap<string, number>;
  /** By state. */
  calls(): ReadonlyMap<string, number>;
  /** Legs whose state is still to be written to FreeSWITCH. */
  pendingStateWrites(): number;
}

export interface CallsRoom extends CallChangeSource, CallMoves, CallTrace {
  readonly service: CallService;
  /** What the nodes feed. */
  readonly feed: SwitchSink;
  readonly counts: CallCounts;
  readonly legs: CallLegs;
  /** What single legs say and hear. */
  readonly audio: LegAudio;
  /** Programs that supervise. */
  readonly programs: Programs;
  /** For the engine that runs programs. */
  readonly scripts: ProgramLegs;
  readonly children: ProgramChildren;
  readonly acting: CallsActing;
  readonly scriptRooms: ProgramRooms;
  readonly scriptWaits: ProgramWaits;
  readonly scriptRecordings: ProgramRecordings;
  /** Changes of single legs and pressed keys; handlers' exceptions are contained and logged. Returns the unsubscribe function. */
  onLeg(handler: (change: LegChange) => void): () => void;
  /** Confirms the place of a leg that FreeSWITCH dials by itself when the leg appears, and gives it back otherwise. */
  trackPlace(place: DialPlace, legs: SelfDialled): void;
  /** Cancels the operations under way and refuses new ones; resolves when none is left. Idempotent. */
  callOff(): Promise<void>;
  /** Cancels the operations under way and stops listening; FreeSWITCH's calls go on. */
  close(): Promise<void>;
}

/** Builds the room around a registry that the nodes feed. */
export function createCalls(registry: Registry, dependencies: CallsDependencies): CallsRoom {
  const { nodes, phones, directory, policy, audit, logger, settings } = dependencies;
  const changes = new Listeners<[CallChange]>("changes of calls", logger, ({ call: { id } }) => ({ call: id }));
  const traces = new Listeners<[TracedCall]>("what happens to calls", logger, ({ id }) => ({ call: id }));
  // Bounded by who is composed with it.
  const actHandlers = new Set<(act: CallAct) => Promise<void>>();
  const acted = async (act: CallAct): Promise<void> => {
    const listening = [...actHandlers].map(async (handler) => handler(act));
    for (const told of await Promise.allSettled(listening)) {
      if (told.status === "rejected") logger.error({ err: told.reason as unknown, call: act.callId }, "a listener of what happens to calls failed");
    }
  };
  const rests = new Listeners<[string]>("the end of operations", logger, (id) => ({ call: id }));
  const activities = new Activities(logger, {
    onRest: (callId) => rests.tell(callId),
    onIdle: (callId) => {
      const call = registry.index.find(callId);
      if (call !== undefined) janitor.check(call);
    },
    unfinished: (callId) => {
      const call = registry.index.find(callId);
      return call?.stage === "message" ? "message" : call?.isScripted === true && call.state === "scripted" ? PROGRAM : null;
    },
  });
  const writer = new StateWriter(registry, nodes, () => activities.acting, logger);
  const context: ControlContext = { registry, nodes, phones, directory, policy, audit, logger, activities, settings, announce: (change) => changes.tell(change), states: writer, acted };
  const desk = new SupervisionDesk(context);
  const programs = new Programs(context);
  const audio = new LegAudio(context);
  const questions = new Questions(context, (leg, application) => desk.clarified(leg, application));
  const janitor = new Janitor(context, questions);
  const scripts = new ProgramLegs(unhurried(context), () => questions.asking);
  const rooms = new ProgramRooms(context);
  registry.onUnclear = (channels, why) => questions.clarify(channels, why);
  registry.onUnknown = (node) => janitor.suspect(node);
  const stop = registry.onChange((change) => {
    if (!change.call.forgotten) traces.tell(change.call);
    if (change.type === "supervision" || change.type === "key" || change.type === "quiet" || change.type === "program") return;
    changes.tell({ type: `call.${change.type}`, call: subjectOf(registry, change.call) });
  });
  return {
    service: new Calls(context, desk),
    feed: {
      event: (node, event) => {
        if (event.kind === "channel") registry.channelEvent(node, event);
        else if (event.kind === "conference") {
          registry.conferenceEvent(node, event);
          rooms.event(node, event);
        }
        else if (event.kind === "heartbeat") registry.heartbeat(node, event.timestampUs);
      },
      snapshot: (node, snapshot) => registry.snapshot(node, snapshot),
      status: (node, { state }) => {
        if (state === "ready") {
          writer.nodeReady(node);
          void scripts.tidings.nodeReady(node);
        } else scripts.tidings.nodeAway(node);
        if (state !== "ready" && state !== "reconciling") registry.nodeDown(node);
      },
      removed: (node) => {
        registry.forget(node);
        writer.forget(node);
        scripts.tidings.nodeAway(node);
      },
    },
    legs: new CallLegs(context, questions),
    audio,
    programs,
    scripts,
    children: new ProgramChildren(unhurried(context)),
    acting: { isActing: (callId) => activities.isActing(callId), onRest: (handler) => rests.add(handler) },
    scriptRooms: rooms,
    scriptWaits: new ProgramWaits(unhurried(context)),
    scriptRecordings: new ProgramRecordings(unhurried(context)),
    trackPlace: (place, legs) => void trackPlace(registry, place, legs),
    counts: {
      channels: () => tally(registry.index.channels.values(), (channel) => channel.node),
      calls: () => tally(registry.index.calls.values(), (call) => call.state),
      pendingStateWrites: () => writer.pending,
    },
    onChange: (handler) => changes.add(handler),
    onMoved: (handler) => registry.onMoved((call) => handler({ id: call.id, subject: () => subjectOf(registry, call) })),
    onTrace: (handler) => traces.add(handler),
    onLeg: (handler) => registry.onLeg(handler),
    onAct: (handler) => {
      actHandlers.add(handler);
      return () => actHandlers.delete(handler);
    },
    recordByPolicy: async (callId) => {
      const call = registry.index.find(callId);
      if (call === undefined) throw notFound(callId);
      const made = await activities.run(call.id, { name: "record", by: SYSTEM, whileRinging: "beside" }, (signal) => record(context, null, call, "start", signal));
      if (made === null) throw notFound(callId);
      return made;
    },
    callOff: () => activities.close(),
    close: async () => {
      await activities.close();
      stop();
      await writer.close();
      janitor.close();
      questions.close();
      desk.close();
      programs.close();
      audio.close();
      scripts.close();
      registry.close();
    },
  };
}

function tally<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}
