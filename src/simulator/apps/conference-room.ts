/** A conference: its members, and the events that tell of them (mod_conference). */
import { randomUUID } from "node:crypto";
import type { Channel } from "../core/channel.js";
import type { EventBus } from "../core/event-bus.js";

export interface Member {
  readonly id: number;
  readonly channel: Channel;
  muted: boolean;
  deaf: boolean;
  /** Nobody hears it; with `music` it hears that, else the others. */
  held: "no" | "silent" | "music";
  /** `endconf`: the room ends when this member leaves. */
  readonly endsRoom: boolean;
  /** Set by hup and kick: the member's thread leaves when it sees it. */
  dismissed: boolean;
  readonly joinedUs: number;
}

/** To whom a sound plays, null: to all. */
interface Playing {
  readonly to: Member | null;
  readonly file: string;
}

const SUBCLASS = "conference::maintenance";

export class ConferenceRoom {
  readonly name: string;
  readonly profile: string;
  readonly uuid = randomUUID();
  readonly createdUs: number;
  /** In the order of joining. */
  readonly members: Member[] = [];
  /** Who does not hear whom: `<listener>/<speaker>` by their numbers. Bounded by the pairs of members. */
  readonly #unheard = new Set<string>();
  /** The files that it is recorded into, and since when. Bounded by the commands of those who control the switch. */
  readonly #recordings = new Map<string, number>();
  readonly #bus: EventBus;
  /** When what plays to a member has ended, and what plays to all (null): sounds follow one another. Bounded by the members: each takes its own along. */
  readonly #playsUntilUs = new Map<Member | null, number>();
  /** What plays, or is to play. Bounded by the commands of those who control the switch: each leaves with its end. */
  readonly #playing = new Set<Playing>();
  #nextId = 1;
  /** `mintwo`: once two have met, the last one does not stay alone. */
  #minimum = 1;
  #metMinimum = false;

  constructor(name: string, profile: string, bus: EventBus, nowUs: number) {
    this.name = name;
    this.profile = profile;
    this.#bus = bus;
    this.createdUs = nowUs;
  }

  announceCreation(): void {
    this.#fire("conference-create");
  }

  /** Its recorders end with its last member, before it. */
  announceEnd(nowUs: number): void {
    for (const path of [...this.#recordings.keys()]) this.stopRecording(path, nowUs);
    this.#fire("conference-destroy");
  }

  /** The recorder begins and ends on a thread of its own (conference_record.c, conference_record_thread_run). */
  record(path: string, nowUs: number): void {
    if (this.#recordings.has(path)) return;
    this.#recordings.set(path, nowUs);
    this.#fire("start-recording", [["Path", path]]);
  }

  stopRecording(path: string, nowUs: number): void {
    const since = this.#recordings.get(path);
    if (!this.#recordings.delete(path) || since === undefined) return;
    const ms = Math.floor((nowUs - since) / 1000);
    this.#fire("stop-recording", [["Path", path], ["Other-Recordings", String(this.#recordings.size > 0)], ["Samples-Out", String(ms * 8)], ["Samplerate", "8000"], ["Milliseconds-Elapsed", String(ms)]]);
  }

  join(channel: Channel, flags: ReadonlySet<string>, nowUs: number): Member {
    const member: Member = {
      id: this.#nextId, channel, muted: flags.has("mute"), deaf: flags.has("deaf"), held: "no", endsRoom: flags.has("endconf"), dismissed: false, joinedUs: nowUs,
    };
    this.#nextId += 1;
    if (flags.has("mintwo")) this.#minimum = 2;
    this.members.push(member);
    if (this.members.length >= this.#minimum) this.#metMinimum = true;
    this.emit(member, "add-member");
    this.isHeardAgain(member);
    return member;
  }

  /** Whoever is muted or held is not listened to, and begins to speak after that (conference_loop.c). */
  isHeardAgain(member: Member): void {
    if (!member.channel.quiet) this.talks(member, true);
  }

  /** Whoever is muted or held does not speak to the room (conference_loop.c). */
  talks(member: Member, on: boolean): void {
    if (!member.muted && member.held === "no") this.emit(member, on ? "start-talking" : "stop-talking");
  }

  /** Whether this member's input is mixed for that one, apart from what each of them is by itself. */
  isHeard(speaker: Member, listener: Member): boolean {
    return !this.#unheard.has(`${listener.id}/${speaker.id}`);
  }

  /** `nospeak`: the others do not hear the member; `nohear`: it does not hear them; `clear`: as before (conference_api.c, conference_api_sub_relate). */
  relate(id: string, others: readonly string[], how: string): void {
    for (const other of others) {
      if (how === "clear") for (const pair of [`${other}/${id}`, `${id}/${other}`]) this.#unheard.delete(pair);
      if (how.includes("nospeak")) this.#unheard.add(`${other}/${id}`);
      if (how.includes("nohear")) this.#unheard.add(`${id}/${other}`);
    }
  }

  /** Tells of the sound's end (conference_file.c, conference_fnode_close). @param to who alone hears it; null: all */
  play(file: string, to: Member | null, ms: number, nowUs: number): void {
    const untilUs = Math.max(nowUs, this.#playsUntilUs.get(to) ?? 0) + ms * 1000;
    this.#playsUntilUs.set(to, untilUs);
    const [someone] = this.members;
    const playing = { to, file };
    this.#playing.add(playing);
    (to ?? someone)?.channel.after((untilUs - nowUs) / 1000, () => this.#played(playing));
  }

  /** Whatever the member alone hears, or is to hear, ends now. Gives how many sounds those were. */
  stop(member: Member): number {
    const stopped = [...this.#playing].filter(({ to }) => to === member);
    this.#playsUntilUs.delete(member);
    for (const playing of stopped) this.#played(playing);
    return stopped.length;
  }

  #played(playing: Playing): void {
    if (!this.#playing.delete(playing)) return;
    const { to, file } = playing;
    if (to === null) this.#fire("play-file-done", [["File", file]]);
    else if (this.members.includes(to)) this.emit(to, "play-file-member-done", [["File", file]]);
  }

  leave(member: Member): void {
    this.#playsUntilUs.delete(member);
    const index = this.members.indexOf(member);
    if (index !== -1) this.members.splice(index, 1);
    for (const pair of this.#unheard) if (pair.split("/").includes(String(member.id))) this.#unheard.delete(pair);
    this.emit(member, "del-member");
    if (member.endsRoom || (this.#metMinimum && this.members.length < this.#minimum)) this.#dismissAll();
  }

  /** The room is over: whoever is left ends, or goes on with what follows it (mod_conference.c, conference_thread_run). */
  #dismissAll(): void {
    for (const member of this.members) {
      member.dismissed = true;
      if (member.channel.variable("hangup_after_conference") !== "false") member.channel.hangup("NORMAL_CLEARING");
      member.channel.changed();
    }
  }

  /** Tells of one member. */
  emit(member: Member, action: string, more: readonly [string, string][] = []): void {
    member.channel.emit("CUSTOM", [...this.#roomHeaders(), ...memberHeaders(member), ["Action", action], ...more], SUBCLASS);
  }

  #fire(action: string, more: readonly [string, string][] = []): void {
    this.#bus.fire("CUSTOM", { subclass: SUBCLASS, headers: () => [...this.#roomHeaders(), ["Action", action], ...more] });
  }

  #roomHeaders(): [string, string][] {
    return [
      ["Conference-Name", this.name],
      ["Conference-Domain", "cluecon.com"],
      ["Conference-Size", String(this.members.length)],
      ["Conference-Ghosts", "0"],
      ["Conference-Profile-Name", this.profile],
      ["Conference-Unique-ID", this.uuid],
    ];
  }
}

function memberHeaders(member: Member): [string, string][] {
  return [
    ["Floor", "false"],
    ["Video", "false"],
    ["Hear", String(!member.deaf)],
    ["See", "true"],
    ["Speak", String(!member.muted)],
    ["Talking", "false"],
    ["Mute-Detect", "false"],
    ["Hold", String(member.held !== "no")],
    ["Member-ID", String(member.id)],
    ["Member-Type", "member"],
    ["Member-Ghost", "false"],
    ["Energy-Level", "0"],
    ["Current-Energy", "0"],
  ];
}
