/** The door of the calls room. */
import type { SwitchNodes, SwitchSink } from "../freeswitch/index.js";
import { Activities, SYSTEM } from "./activities.js";
import { CallLegs } from "./call-legs.js";
import { Janitor } from "./janitor.js";
import type { ControlContext, ControlSettings, Placement } from "./control/context.js";
import { record } from "./control/media.js";
import { notFound } from "../errors.js";
import { Listeners } from "../listeners.js";
import type { Logger } from "../logger.js";
import { trackPlace, type SelfDialled } from "./control/places.js";
import type { AuditLog } from "../audit/index.js";
import type { DialPlace, DialPolicy } from "../dialling/index.js";
import type { Directory } from "../people/index.js";
import { Registry, type RegistryDependencies } from "./registry.js";
import { Calls } from "./service.js";
import { StateWriter } from "./state-writer.js";
import { SupervisionDesk } from "./supervision.js";
import type { CallAct, CallTrace, LegChange, TracedCall } from "./trace.js";
import type { CallChange, CallChangeSource, CallService } from "./types.js";
import { subjectOf } from "./views.js";

export { SYSTEM as SYSTEM_DOER, type Activity, type Held } from "./activities.js";
export * from "./call-legs.js";
export * from "./trace.js";
export * from "./types.js";
export { agentOfLeg } from "./leg-owner.js";
export { knowsOutsideLeg, outsideLegs } from "./outside.js";
export type { SelfDialled } from "./control/places.js";
export type { ControlSettings } from "./control/context.js";
export type { RegistryCounters } from "./registry.js";

export interface CallsDependencies {
  readonly nodes: Pick<SwitchNodes, "get" | "all">;
  readonly phones: Placement;
  readonly directory: Directory;
  readonly policy: DialPolicy;
  readonly audit: AuditLog;
  readonly logger: Logger;
  readonly settings: ControlSettings;
}

/** Counted when somebody asks. */
export interface CallCounts {
  channels(): ReadonlyMap<string, number>;
  calls(): ReadonlyMap<string, number>;
  /** Legs whose state is still to be written to FreeSWITCH. */
  pendingStateWrites(): number;
}

export interface CallsRoom extends CallChangeSource, CallTrace {
  readonly service: CallService;
  /** What the nodes feed. */
  readonly feed: SwitchSink;
  readonly counts: CallCounts;
  readonly legs: CallLegs;
  /** What becomes of single legs, and which keys are pressed; handlers' exceptions are contained and logged. Returns the unsubscribe function. */
  onLeg(handler: (change: LegChange) => void): () => void;
  /** Tells a place what becomes of a leg that FreeSWITCH dials by itself. */
  trackPlace(place: DialPlace, legs: SelfDialled): void;
  /** Calls off the operations under way and refuses new ones; resolves when none is left. Idempotent. */
  callOff(): Promise<void>;
  /** Calls off what is under way and stops listening; FreeSWITCH's calls are left as they are. */
  close(): Promise<void>;
}

/** The registry alone, for the nodes to feed before there is anything to control. */
export function createRegistry(dependencies: RegistryDependencies): Registry {
  return new Registry(dependencies);
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
  const announce = (change: CallChange): void => changes.tell(change);
  const activities = new Activities(logger, {
    onIdle: (callId) => {
      const call = registry.index.find(callId);
      if (call !== undefined) janitor.look(call);
    },
    unfinished: (callId) => (registry.index.find(callId)?.stage === "message" ? "message" : null),
  });
  const writer = new StateWriter(registry, nodes, logger);
  const context: ControlContext = { registry, nodes, phones, directory, policy, audit, logger, activities, settings, announce, states: writer, acted };
  const desk = new SupervisionDesk(context);
  const janitor = new Janitor(context, (leg) => desk.clarified(leg));
  registry.onUnclear = (channels, why) => janitor.clarify(channels, why);
  registry.onUnknown = (node) => janitor.suspect(node);
  const stop = registry.onChange((change) => {
    if (!change.call.forgotten) traces.tell(change.call);
    if (change.type === "spy" || change.type === "key") return;
    announce({ type: `call.${change.type}`, call: subjectOf(registry, change.call) });
  });
  return {
    service: new Calls(context, desk),
    feed: {
      event: (node, event) => {
        if (event.kind === "channel") registry.channelEvent(node, event);
        else if (event.kind === "conference") registry.conferenceEvent(node, event);
        else if (event.kind === "heartbeat") registry.heartbeat(node, event.timestampUs);
      },
      snapshot: (node, snapshot) => registry.snapshot(node, snapshot),
      status: (node, { state }) => {
        if (state === "ready") writer.nodeReady(node);
        else if (state !== "reconciling") registry.nodeDown(node);
      },
      removed: (node) => {
        registry.forget(node);
        writer.forget(node);
      },
    },
    legs: new CallLegs(context, janitor),
    trackPlace: (place, legs) => void trackPlace(registry, place, legs),
    counts: {
      channels: () => tally(registry.index.channels.values(), (channel) => channel.node),
      calls: () => tally(registry.index.calls.values(), (call) => call.state),
      pendingStateWrites: () => writer.pending,
    },
    onChange: (handler) => changes.add(handler),
    onTrace: (handler) => traces.add(handler),
    onLeg: (handler) => registry.onLeg(handler),
    onAct: (handler) => {
      actHandlers.add(handler);
      return () => actHandlers.delete(handler);
    },
    recordByPolicy: async (callId) => {
      const call = registry.index.find(callId);
      if (call === undefined) throw notFound(callId);
      const made = await activities.run(call.id, { name: "record", by: SYSTEM, beside: true }, (signal) => record(context, null, call, "start", signal));
      if (made === null) throw notFound(callId);
      return made;
    },
    callOff: () => activities.close(),
    close: async () => {
      await activities.close();
      stop();
      await writer.close();
      janitor.close();
      desk.close();
      registry.close();
    },
  };
}

function tally<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}
export { decodeChannelState } from "./channel-state.js";
export type { ChannelState } from "./channel-state.js";
export { provenPresence } from "./proven-presence.js";
export { seesQueue, holderOf } from "./access.js";
