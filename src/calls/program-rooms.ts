/** The rooms (conferences of FreeSWITCH) that programs put legs into. No face uses it. */
import { z } from "zod";
import { conflict } from "../errors.js";
import { Listeners } from "../listeners.js";
import { commands, mediaSource, recordingPath, variableName, variableValue, type ConferenceEvent, type VariableValue } from "../freeswitch/index.js";
import type { LiveLeg } from "./call-legs.js";
import type { Channel } from "./channel.js";
import { hold } from "./control/conference.js";
import { confirmed, whileUp } from "./control/confirm.js";
import { attempt, FILE_COMPLETE_MS, musicOf, nodeOf, type ControlContext } from "./control/context.js";
import { playMusic } from "./control/legs.js";
import { RoomFiles } from "./room-files.js";

/** One for each room of a FreeSWITCH: letters, digits, `_` and `-`. */
const roomName = (room: string): VariableValue => {
  if (!/^[\w-]{1,100}$/.test(room)) throw conflict("This is no name of a room.");
  return variableValue(room, "room");
};

/** What FreeSWITCH lists; what records has no uuid. */
const Rooms = z.array(z.object({ members: z.array(z.object({ id: z.number(), uuid: z.string().optional() })) }));

/** A room's sound has come to its end. */
export interface PlayedSound {
  readonly node: string;
  readonly room: string;
  readonly sound: string;
  /** The leg that alone has heard it; null: the whole room. */
  readonly leg: string | null;
}

/** A member of a room begins or ends to speak. */
export interface Talking {
  readonly node: string;
  readonly room: string;
  readonly leg: string;
  readonly on: boolean;
  readonly at: Date;
}

/** Every operation throws Conflict for a leg that has hung up or is in no room, SwitchUnavailable or Timeout. Aborting `signal` cancels it. */
export class ProgramRooms {
  readonly #context: ControlContext;
  readonly #files = new RoomFiles();
  readonly #played: Listeners<[PlayedSound]>;
  readonly #talking: Listeners<[Talking]>;

  constructor(context: ControlContext) {
    this.#context = context;
    this.#played = new Listeners("sounds of rooms", context.logger, ({ room }) => ({ room }));
    this.#talking = new Listeners("speakers of rooms", context.logger, ({ room }) => ({ room }));
  }

  /** Told of each sound that a room has heard to its end. Returns the unsubscribe function. */
  onPlayed(handler: (played: PlayedSound) => void): () => void {
    return this.#played.add(handler);
  }

  /** Told when somebody in a room begins to speak, and ends; not of who is muted or held. Returns the unsubscribe function. */
  onTalking(handler: (talking: Talking) => void): () => void {
    return this.#talking.add(handler);
  }

  /** What FreeSWITCH tells of rooms (conference_file.c, conference_fnode_close; conference_loop.c, stop_talking_handler; conference_record.c, conference_record_thread_run). */
  event(node: string, { action, conference: room, uuid, file: sound, timestampUs }: ConferenceEvent): void {
    if (action === "start-talking" || action === "stop-talking") return this.#talking.tell({ node, room, leg: uuid, on: action === "start-talking", at: new Date(timestampUs / 1000) });
    if (action === "stop-recording") this.#files.closed(node, sound);
    else if (action === "play-file-done") this.#played.tell({ node, room, sound, leg: null });
    else if (action === "play-file-member-done") this.#played.tell({ node, room, sound, leg: uuid });
  }

  /** The others do not hear the participant, or do again. */
  async mute(leg: LiveLeg, room: string, on: boolean, signal: AbortSignal): Promise<void> {
    const channel = this.#member(leg);
    const node = nodeOf(this.#context, channel);
    const { mutes } = channel;
    await confirmed(this.#context, node, () => node.api(commands.muteMember(roomName(room), channel.uuid, on)), {
      uuids: [channel.uuid],
      proof: () => whileUp(channel.mutes > mutes, [channel, "participant"]),
      of: on ? "conference mute-member" : "conference unmute-member",
      signal,
    });
  }

  /** The participant hears the sound alone, over and over, and is not heard; null: FreeSWITCH's hold music. */
  async hold(leg: LiveLeg, room: string, sound: string | null, signal: AbortSignal): Promise<void> {
    const channel = this.#member(leg);
    await hold(this.#context, roomName(room), channel, sound === null ? musicOf(nodeOf(this.#context, channel)) : mediaSource(sound, "sound"), signal);
  }

  async unhold(leg: LiveLeg, room: string, signal: AbortSignal): Promise<void> {
    await hold(this.#context, roomName(room), this.#member(leg), null, signal);
  }

  /** Asks FreeSWITCH for the members' numbers: of those who were in the room before this process was there nobody has told them. */
  async know(leg: LiveLeg, room: string): Promise<void> {
    const { registry } = this.#context;
    const channel = this.#member(leg);
    if (channel.memberId !== "") return;
    const rooms = Rooms.safeParse(JSON.parse(await nodeOf(this.#context, channel).api(commands.listMembers(roomName(room)))));
    for (const { id, uuid } of rooms.data?.flatMap(({ members }) => members) ?? []) {
      const member = uuid === undefined ? undefined : registry.channel(uuid);
      if (member?.inConference === true) registry.annotateLeg(member, { memberId: String(id) });
    }
  }

  /** Of these participants, `others` do not hear `leg`; with `on` false they do again. */
  async unheard(leg: LiveLeg, room: string, others: readonly LiveLeg[], on: boolean): Promise<void> {
    const channel = this.#member(leg);
    const ids = others.map((other) => this.#context.registry.channel(other.uuid)?.memberId ?? "").filter((id) => id !== "");
    if (channel.memberId === "" || ids.length === 0) return;
    await nodeOf(this.#context, channel).api(commands.relateMembers(roomName(room), channel.memberId, ids, on ? "nospeak" : "clear"));
  }

  /** Music for one who waits outside, until something else happens to the leg. Does not wait for it. */
  music(leg: LiveLeg): void {
    playMusic(this.#context, this.#leg(leg));
  }

  /** Everybody in the leg's room hears the sound, after those that play already; `alone`: the leg itself alone. A room that has ended is no error. */
  async play(leg: LiveLeg, room: string, sound: string, { alone = false } = {}): Promise<void> {
    const channel = this.#context.registry.channel(leg.uuid);
    if (channel === undefined || (alone && channel.memberId === "")) return;
    await attempt(this.#context, this.#context.nodes.get(channel.node), commands.playToRoom(roomName(room), mediaSource(sound, "sound"), alone ? channel.memberId : null));
  }

  /** What the leg alone hears, or is to hear, ends, and each end is told. A room that has ended is no error. */
  async stopPlaying(leg: LiveLeg, room: string): Promise<void> {
    const channel = this.#context.registry.channel(leg.uuid);
    if (channel === undefined || channel.memberId === "") return;
    await attempt(this.#context, this.#context.nodes.get(channel.node), commands.stopPlaying(roomName(room), channel.memberId));
  }

  /** Records everybody; gives the path on FreeSWITCH's disk. Ends with the room, or by `stopRecording`. */
  async record(leg: LiveLeg, room: string, name: string): Promise<string> {
    const channel = this.#member(leg);
    const path = recordingPath(`${this.#context.settings.recordingsDir}/${variableName(name, "name")}.wav`);
    this.#files.opened(channel.node, path);
    try {
      await nodeOf(this.#context, channel).api(commands.recordRoom(roomName(room), path, true));
    } catch (error) {
      this.#files.closed(channel.node, path);
      throw error;
    }
    return path;
  }

  /** An earlier process has begun it, and it goes on. */
  recordingGoesOn(node: string, path: string): void {
    this.#files.opened(node, path);
  }

  /** Resolves when the file is complete. FreeSWITCH ends it by itself when the room's last member leaves, and closes it a moment later. Never rejects. */
  async stopRecording(node: string, room: string, path: string): Promise<void> {
    const { logger, nodes } = this.#context;
    if (this.#files.isOpen(node, path)) await attempt(this.#context, nodes.get(node), commands.recordRoom(roomName(room), recordingPath(path), false));
    if (!(await this.#files.complete(node, path, FILE_COMPLETE_MS))) logger.warn({ node, room }, "a room's recording may not have ended");
  }

  #leg({ uuid }: LiveLeg): Channel {
    const channel = this.#context.registry.channel(uuid);
    if (channel === undefined || channel.hungUp) throw conflict("The leg hung up.");
    return channel;
  }

  #member(leg: LiveLeg): Channel {
    const channel = this.#leg(leg);
    if (!channel.inConference) throw conflict(`The leg ${leg.uuid} is in no conference.`);
    return channel;
  }
}
