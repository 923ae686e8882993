/** A conference: who takes part, when it starts and ends, and what its server is told (https://www.twilio.com/docs/voice/twiml/conference). */
import type { ProgramLegs, ProgramRooms } from "../../calls/index.js";
import { conflict } from "../../errors.js";
import type { ProgramAccount } from "../ports.js";
import type { ConferenceNoun } from "../nouns/conference.js";
import type { Run } from "../run.js";
import { codeOfError, PROGRAM_CODES } from "../program-error.js";
import { toldUrl } from "../told-url.js";
import { Announcements } from "./announcements.js";
import { aboutParticipant, ConferenceCallbacks, type ConferenceFacts, type ConferencePorts } from "./callbacks.js";
import { Coaching } from "./coaching.js";
import { END_WORDS, type ConferenceEnd, type ConferenceState, type EndReason, type KeptConference, type KeptRecording, type StayRules } from "./kept.js";
import { HoldSounds } from "./hold-sounds.js";
import { Roster } from "./roster.js";
import { RoomRecording } from "./room-recording.js";
import { Speakers } from "./speakers.js";
import { BEEP, Participant, type LeaveReason, type Leaving } from "./participant.js";

/** What conferences work with. */
export interface ConferenceParts extends ConferencePorts {
  readonly rooms: ProgramRooms;
  /** Which FreeSWITCH is connected again. */
  readonly tidings: Pick<ProgramLegs["tidings"], "onReady">;
  /** Nobody can enter it under its name any more. */
  readonly onEnd: (conference: Conference) => void;
  /** Nobody is in it any more. */
  readonly onEmpty: (conference: Conference) => void;
}

export class Conference {
  readonly facts: ConferenceFacts;
  readonly createdAt: Date;
  /** The FreeSWITCH that it is on. */
  readonly node: string;
  readonly #roster: Roster;
  readonly #parts: ConferenceParts;
  readonly #rooms: ProgramRooms;
  readonly #callbacks: ConferenceCallbacks;
  #recording: RoomRecording | null = null;
  /** Until somebody is there to go on with it. */
  #recordingLeft: KeptRecording | null;
  readonly #announcements: Announcements;
  readonly #holdSounds: HoldSounds;
  readonly #max: number;
  readonly #coaching: Coaching;
  readonly #speakers: Speakers;
  #begin: () => void = () => undefined;
  /** Resolves when it starts. */
  readonly starts = new Promise<void>((resolve) => (this.#begin = resolve));
  #state: ConferenceState;
  #ended: ConferenceEnd | null;

  /** @param as it begins, or as an earlier process has left it */
  constructor(as: KeptConference, account: ProgramAccount, parts: ConferenceParts) {
    this.facts = { sid: as.sid, name: as.name, account };
    this.node = as.node;
    this.createdAt = new Date(as.createdAt);
    this.#parts = parts;
    this.#rooms = parts.rooms;
    this.#coaching = new Coaching(parts.rooms, this.room);
    this.#max = as.maxParticipants;
    this.#state = as.state;
    this.#ended = as.ended === null ? null : { ...as.ended, at: new Date(as.ended.at) };
    this.#recordingLeft = as.recording;
    this.#roster = new Roster(as.participants);
    this.#callbacks = new ConferenceCallbacks(this.facts, as, parts, () => this.#standing());
    this.#announcements = new Announcements(parts.rooms, this, (url) => this.#callbacks.tell("announcement-end", [["AnnounceUrl", toldUrl(url)]]));
    this.#holdSounds = new HoldSounds(parts, this);
    this.#speakers = new Speakers(parts.rooms, this, this.#callbacks);
    if (this.#state !== "init") this.#begin();
  }

  /** The room's name on FreeSWITCH. */
  get room(): string {
    return `callplane-${this.facts.sid}`;
  }

  get state(): ConferenceState {
    return this.#state;
  }

  /** Null while it goes on. */
  get ended(): ConferenceEnd | null {
    return this.#ended;
  }

  /** In the order of joining. */
  get participants(): readonly Participant[] {
    return this.#roster.present;
  }

  /** By CallSid or label. */
  participant(which: string): Participant | undefined {
    return this.#roster.find(which);
  }

  hasLabel(label: string): boolean {
    return this.#roster.hasLabel(label);
  }

  get isFull(): boolean {
    return this.#roster.size >= this.#max;
  }

  /** Resolves when what has happened so far is durable. Never rejects. */
  get settled(): Promise<void> {
    return this.#callbacks.settled;
  }

  /** Takes the caller in: it waits, or the conference starts. */
  join(run: Run, noun: ConferenceNoun, rules: StayRules): Participant {
    const participant = this.#comes(Participant.entering(run, noun, rules));
    this.#callbacks.tell("participant-join", aboutParticipant(participant));
    if (this.#state === "init" && this.#roster.size > 1 && this.participants.some(({ startConferenceOnEnter }) => startConferenceOnEnter)) this.#start();
    return participant;
  }

  /** Whether an earlier process had this leg in the conference, and this one has not found it yet. */
  misses(uuid: string): boolean {
    return this.#roster.misses(uuid);
  }

  /** One of an earlier process goes on taking part. */
  rejoin(run: Run): Participant {
    const participant = this.#comes(new Participant(run, this.#roster.found(run.callSid)));
    if (this.#state === "completed") participant.takeOut(this.#reasonForOthers);
    return participant;
  }

  /** Those of an earlier process whose legs are up no more have left while nobody was there to see it. */
  async missed(isUp: (uuid: string) => boolean): Promise<void> {
    // What had happened before may not have been told.
    this.#callbacks.keep();
    if (this.#roster.size === 0) return this.#isEmpty();
    for (const kept of this.#roster.absent) {
      if (isUp(kept.uuid)) continue;
      this.#roster.missed(kept.callSid);
      await this.#leaves({ ...kept, status: "completed", leaveReason: "participant_hung_up" });
    }
  }

  #comes(participant: Participant): Participant {
    this.#roster.comes(participant);
    if (this.#recordingLeft !== null) this.#recording = new RoomRecording(participant.run, this.facts, this.#recordingLeft, this.#rooms, this.node);
    this.#recordingLeft = null;
    return participant;
  }

  /** FreeSWITCH has the participant in the room: who coaches whom counts anew. @param muted as the participant has entered; it may have changed meanwhile */
  async entered(participant: Participant, muted: boolean): Promise<void> {
    participant.enteredAt = new Date();
    this.#callbacks.keep();
    if (participant.muted !== muted) await this.#rooms.mute(participant.leg, this.room, participant.muted, participant.run.signal);
    if (participant.beep.onEnter && this.#roster.inRoom.length > 1) await this.#rooms.play(participant.leg, this.room, BEEP.enter);
    await this.#recording?.begin(participant, this.room);
    if (this.#recording !== null) this.#callbacks.keep();
    await this.#coaching.relate(this.#roster.inRoom);
  }

  /** A participant who was in the room all the time, while this process was not there. */
  async found(participant: Participant): Promise<void> {
    participant.enteredAt ??= new Date();
    await this.#recording?.begin(participant, this.room);
    this.#callbacks.keep();
    await this.#rooms.know(participant.leg, this.room).catch((error: unknown) => participant.run.error(codeOfError(error, PROGRAM_CODES.internal), "A participant could not be found in its conference."));
    if (participant.held) this.#holdSounds.found(participant.leg, participant.holdSounds);
    await this.#coaching.relate(this.#roster.inRoom);
  }

  /** The participant has left, whoever wished so. */
  async left(participant: Participant): Promise<void> {
    if (!this.#roster.left(participant.callSid)) return;
    participant.enteredAt = null;
    this.#announcements.left(participant.leg.uuid);
    this.#holdSounds.over(participant.leg.uuid);
    this.#speakers.left(participant);
    await this.#leaves(participant);
  }

  async #leaves(who: Leaving): Promise<void> {
    const reason = who.leaveReason;
    this.#callbacks.tell("participant-leave", [...aboutParticipant(who), ["ParticipantCallStatus", who.status], ["ReasonParticipantLeft", reason]]);
    const kicked = reason === "participant_updated_via_api";
    if (this.#state === "in-progress" && who.endConferenceOnExit) this.#end(kicked ? "participant-with-end-conference-on-exit-kicked" : "participant-with-end-conference-on-exit-left", who);
    for (const other of this.participants) if (this.#state === "completed") other.takeOut(this.#reasonForOthers);
    if (this.#roster.size === 0) this.#end(kicked ? "last-participant-kicked" : "last-participant-left", who);
    const [someone] = this.#roster.inRoom;
    if (who.beep.onExit && this.#state === "in-progress" && someone !== undefined) await this.#rooms.play(someone.leg, this.room, BEEP.exit);
    if (this.#roster.size > 0) return;
    await this.#recording?.end(this.node, this.room);
    this.#isEmpty();
  }

  #isEmpty(): void {
    this.#speakers.close();
    this.#announcements.close();
    this.#holdSounds.close();
    this.#callbacks.over();
    this.#parts.onEmpty(this);
  }

  /** All leave, and go on with their own documents. */
  end(): void {
    this.#end("conference-ended-via-api", null);
    for (const participant of this.participants) participant.takeOut("conference_ended_via_api");
  }

  /** Throws Conflict for one that is not in the room, SwitchUnavailable and Timeout. */
  async mute(participant: Participant, on: boolean, signal: AbortSignal): Promise<void> {
    if (participant.muted === on) return;
    if (participant.isInRoom) await this.#rooms.mute(participant.leg, this.room, on, signal);
    participant.muted = on;
    this.#callbacks.tell(on ? "participant-mute" : "participant-unmute", aboutParticipant(participant));
    if (on) this.#speakers.silenced(participant);
  }

  /** As `mute`. @param sounds what the participant hears meanwhile, over and over; none: hold music */
  async hold(participant: Participant, on: boolean, sounds: readonly string[], signal: AbortSignal): Promise<void> {
    if (participant.held === on) return;
    if (!participant.isInRoom) throw conflict("The conference has not started for this participant.");
    this.#holdSounds.over(participant.leg.uuid);
    if (on) await this.#rooms.hold(participant.leg, this.room, sounds[0] ?? null, signal);
    else await this.#rooms.unhold(participant.leg, this.room, signal);
    if (on) this.#holdSounds.began(participant.leg, sounds);
    participant.held = on;
    participant.holdSounds = on ? sounds : [];
    this.#callbacks.tell(on ? "participant-hold" : "participant-unhold", aboutParticipant(participant));
    if (on) this.#speakers.silenced(participant);
  }

  /** Whom alone this participant is heard by; null: by everybody. */
  async coach(participant: Participant, coached: string | null): Promise<void> {
    participant.coached = coached;
    await this.#coaching.relate(this.#roster.inRoom);
    this.#callbacks.tell("participant-modify", aboutParticipant(participant));
  }

  /** What happens when the participant leaves. */
  endsOnExit(participant: Participant, on: boolean): void {
    participant.endConferenceOnExit = on;
    this.#callbacks.tell("participant-modify", aboutParticipant(participant));
  }

  /** Plays these sounds of the address one after another to everybody, or to one participant. Throws Conflict for one who still waits. */
  async announce(url: string, sounds: readonly string[], to: Participant | null): Promise<void> {
    const listener = to ?? this.#roster.inRoom[0];
    if (listener?.isInRoom !== true) throw conflict("The conference has not started for this participant.");
    await this.#announcements.play(listener.leg, url, sounds, { alone: to !== null });
  }

  announcementFailed(url: string, reason: string): void {
    this.#callbacks.tell("announcement-fail", [["AnnounceUrl", toldUrl(url)], ["ReasonAnnouncementFailed", reason.slice(0, 200)]]);
  }

  get #reasonForOthers(): LeaveReason {
    return this.#ended?.reason === "conference-ended-via-api" ? "conference_ended_via_api" : "moderator_ended_conference";
  }

  #standing(): Omit<KeptConference, "callback" | "sequence" | "untold"> {
    const { sid, name, account } = this.facts;
    return {
      sid,
      organizationId: account.organizationId,
      line: account.line ?? null,
      name,
      node: this.node,
      createdAt: this.createdAt.getTime(),
      maxParticipants: this.#max,
      state: this.#state,
      ended: this.#ended === null ? null : { ...this.#ended, at: this.#ended.at.getTime() },
      recording: this.#recording?.kept ?? this.#recordingLeft,
      participants: this.#roster.kept,
    };
  }

  #start(): void {
    this.#state = "in-progress";
    this.#callbacks.tell("conference-start", []);
    this.#begin();
  }

  #end(reason: EndReason, by: Pick<Leaving, "callSid" | "label"> | null): void {
    if (this.#state === "completed") return;
    this.#state = "completed";
    this.#ended = { reason, at: new Date(), callSid: by?.callSid ?? null };
    this.#announcements.close();
    this.#parts.onEnd(this);
    this.#callbacks.tell("conference-end", [
      ...(by === null ? [] : ([["CallSidEndingConference", by.callSid]] as const)),
      ...(by?.label == null ? [] : ([["ParticipantLabelEndingConference", by.label]] as const)),
      ["ReasonConferenceEnded", reason],
      ["Reason", END_WORDS[reason]],
    ]);
  }
}
