/** What all parts of one simulated switch share: the channels, the event engine, the directory, the far ends, the conferences. */
import { randomUUID } from "node:crypto";
import { Channel } from "./channel.js";
import type { AppCall, ChannelHost, ChannelInit } from "./channel-parts.js";
import { ChannelTable } from "./channel-table.js";
import type { Clock } from "./clock.js";
import type { Directory } from "./directory.js";
import { EventBus } from "./event-bus.js";
import type { FarEnds } from "./far-ends.js";
import { Pauser } from "./pauser.js";
import type { StrayPark } from "../faults.js";
import type { ConferenceRoom } from "../apps/conference-room.js";
import type { Application } from "../apps/types.js";

/** Finds what a destination executes; undefined when nothing matches. */
export type Dialplan = (destination: string, channel: Channel, core: SwitchCore) => AppCall[] | undefined;

export interface CoreSettings {
  readonly domain: string;
  readonly hostname: string;
  /** Milliseconds between a change and a session thread's seeing it; 20 in FreeSWITCH. */
  readonly frameMs: number;
  /** FreeSWITCH's global variables, `hold_music` among them. */
  readonly globals: Map<string, string>;
  readonly gateways: ReadonlySet<string>;
  readonly clock: Clock;
  readonly dialplan: Dialplan;
  /** Where call detail records are written as mod_json_cdr does; none unless given. */
  readonly cdrDir?: string | undefined;
}

/** Starts the thread of a session; given by the session room so that this file does not depend on it. */
export type SessionRunner = (core: SwitchCore, channel: Channel, current?: () => Promise<void>) => void;

export class SwitchCore implements ChannelHost {
  readonly settings: CoreSettings;
  readonly bus: EventBus;
  readonly table: ChannelTable;
  readonly channels = new Map<string, Channel>();
  readonly conferences = new Map<string, ConferenceRoom>();
  readonly directory: Directory;
  readonly farEnds: FarEnds;
  /** What parties say from their answer on, in place of their tone: samples of 8 kHz. Bounded by whoever sets it. */
  readonly said = new Map<string, Int16Array>();
  /** Tasks of sched_hangup, by id. */
  readonly scheduled = new Map<number, { readonly group: string; readonly timer: NodeJS.Timeout }>();
  /** Rows of the table of tasks without a task: a client's own ADD_SCHEDULE makes one (switch_core_sqldb.c). By id, the group; bounded by its clients, which send DEL_SCHEDULE. */
  readonly taskRows = new Map<string, string>();
  startedAtUs: number;
  sessionsSinceStartup = 0;
  peakSessions = 0;
  /** What `never-confirm` faults swallow: asked by commands before they act. */
  isSwallowed: (command: string) => boolean = () => false;
  /** Milliseconds between CHANNEL_BRIDGE and the bridge, of a `slow-bridges` fault. */
  bridgeDelayMs: () => number = () => 0;
  /** Of a `stray-parks` fault. */
  strayPark: () => StrayPark | null = () => null;
  /** Of a `lost-break` fault. */
  losesBreaks: () => boolean = () => false;
  readonly applications: ReadonlyMap<string, Application>;
  readonly #runner: SessionRunner;

  constructor(
    settings: CoreSettings,
    parts: { readonly directory: Directory; readonly farEnds: FarEnds; readonly applications: ReadonlyMap<string, Application>; readonly runner: SessionRunner },
  ) {
    this.settings = settings;
    this.bus = new EventBus(settings.hostname, settings.clock);
    this.table = new ChannelTable(settings.hostname);
    this.directory = parts.directory;
    this.farEnds = parts.farEnds;
    this.applications = parts.applications;
    this.#runner = parts.runner;
    this.startedAtUs = settings.clock.nowUs();
  }

  get clock(): Clock {
    return this.settings.clock;
  }
  get frameMs(): number {
    return this.settings.frameMs;
  }
  get domain(): string {
    return this.settings.domain;
  }

  /** A live channel; one that has hung up is not found any more once that is reported, although its row is there until it is destroyed (switch_core_session_read_lock). */
  channel(uuid: string): Channel | undefined {
    const channel = this.channels.get(uuid);
    return channel?.state === "CS_REPORTING" ? undefined : channel;
  }

  /** Makes a channel that does not run yet. */
  newChannel(init: Omit<ChannelInit, "uuid" | "sessionId" | "sipCallId"> & { readonly uuid?: string | undefined }): Channel {
    this.sessionsSinceStartup += 1;
    const wanted = init.uuid;
    const uuid = wanted !== undefined && wanted !== "" && !this.channels.has(wanted) ? wanted : randomUUID();
    const channel = new Channel(this, { ...init, uuid, sessionId: this.sessionsSinceStartup, sipCallId: randomUUID() });
    channel.setVariable("call_uuid", uuid);
    this.channels.set(uuid, channel);
    this.peakSessions = Math.max(this.peakSessions, this.channels.size);
    return channel;
  }

  /** For what waits outside a session's thread, such as a command. */
  newPauser(): Pauser {
    return new Pauser(this.settings.frameMs);
  }

  run(channel: Channel): void {
    this.#runner(this, channel);
  }

  /** Starts the thread of a channel that is already in the midst of its state: `current` is what it does there. */
  resume(channel: Channel, current: () => Promise<void>): void {
    this.#runner(this, channel, current);
  }

  remove(channel: Channel): void {
    channel.stopTimers();
    this.channels.delete(channel.uuid);
  }

  /** Forgets every call at once, as a crash does: no events. */
  dropEverything(): void {
    for (const channel of this.channels.values()) channel.abandon();
    for (const task of this.scheduled.values()) clearTimeout(task.timer);
    this.scheduled.clear();
    this.taskRows.clear();
    this.channels.clear();
    this.conferences.clear();
    this.table.clear();
    this.bus.reset();
    this.sessionsSinceStartup = 0;
    this.peakSessions = 0;
    this.startedAtUs = this.settings.clock.nowUs();
  }
}
