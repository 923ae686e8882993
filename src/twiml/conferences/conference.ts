/** A conference: who takes part, when it starts and ends, and what its server is told (https://www.twilio.com/docs/voice/twiml/conference). */
import type { ProgramRooms } from "../../calls/index.js";
import { conflict } from "../../errors.js";
import { newSid } from "../../sids.js";
import type { ConferenceNoun } from "../nouns/conference.js";
import type { Run } from "../run.js";
import { codeOfError, PROGRAM_CODES } from "../program-error.js";
import { aboutParticipant, ConferenceCallbacks, type ConferenceFacts } from "./callbacks.js";
import { RoomRecording } from "./room-recording.js";
import { Participant, type LeaveReason } from "./participant.js";

export type EndReason = "last-participant-left" | "last-participant-kicked" | "conference-ended-via-api" | "participant-with-end-conference-on-exit-left" | "participant-with-end-conference-on-exit-kicked";

const WORDS: Readonly<Record<EndReason, string>> = {
  "last-participant-left": "The last participant left the conference",
  "last-participant-kicked": "The last participant was taken out of the conference",
  "conference-ended-via-api": "The conference was ended by the API",
  "participant-with-end-conference-on-exit-left": "A participant with endConferenceOnExit left the conference",
  "participant-with-end-conference-on-exit-kicked": "A participant with endConferenceOnExit was taken out of the conference",
};

export interface ConferenceEnd {
  readonly reason: EndReason;
  readonly at: Date;
  /** Of the participant whose leaving has ended it; null: nobody's. */
  readonly callSid: string | null;
}

/** A tone that the others hear when somebody comes; deeper when somebody goes. */
const BEEP = { enter: "tone_stream://%(200,0,620)", exit: "tone_stream://%(200,0,440)" } as const;

export class Conference {
  readonly facts: ConferenceFacts;
  readonly createdAt = new Date();
  /** The FreeSWITCH that it is on. */
  readonly node: string;
  /** By CallSid. Bounded by `maxParticipants`, 250 at most. */
  readonly #participants = new Map<string, Participant>();
  readonly #rooms: ProgramRooms;
  readonly #callbacks: ConferenceCallbacks;
  readonly #recording: RoomRecording | null;
  readonly #max: number;
  readonly #onEnd: () => void;
  #begin: () => void = () => undefined;
  /** Resolves when it starts. */
  readonly starts = new Promise<void>((resolve) => (this.#begin = resolve));
  #state: "init" | "in-progress" | "completed" = "init";
  #ended: ConferenceEnd | null = null;

  /** @param noun as the first participant has it: callbacks and recording count as it sets them */
  constructor(run: Run, noun: ConferenceNoun, rooms: ProgramRooms, onEnd: () => void) {
    this.facts = { sid: newSid("CF"), name: noun.name, account: run.call.account };
    this.node = run.leg.node;
    this.#rooms = rooms;
    this.#max = noun.maxParticipants;
    this.#onEnd = onEnd;
    const failed = (error: unknown): void => run.error(codeOfError(error, PROGRAM_CODES.internal), "A callback of a conference could not be kept.");
    this.#callbacks = new ConferenceCallbacks(this.facts, run.callbackOf(noun.statusCallback, { element: "Conference", line: noun.line }), run.parts.callbacks, failed);
    this.#recording = noun.record ? new RoomRecording(run, this.facts, noun, rooms) : null;
  }

  /** The room's name on FreeSWITCH. */
  get room(): string {
    return `callplane-${this.facts.sid}`;
  }

  get state(): "init" | "in-progress" | "completed" {
    return this.#state;
  }

  /** Null while it goes on. */
  get ended(): ConferenceEnd | null {
    return this.#ended;
  }

  get participants(): readonly Participant[] {
    return [...this.#participants.values()];
  }

  /** By CallSid or label. */
  participant(which: string): Participant | undefined {
    return this.#participants.get(which) ?? this.participants.find(({ label }) => label === which);
  }

  get isFull(): boolean {
    return this.#participants.size >= this.#max;
  }

  /** Takes the caller in: it waits, or the conference starts. */
  join(run: Run, noun: ConferenceNoun): Participant {
    const participant = new Participant(run, noun);
    this.#participants.set(participant.callSid, participant);
    this.#callbacks.tell("participant-join", aboutParticipant(participant));
    if (this.#state === "init" && this.#participants.size > 1 && this.participants.some(({ startConferenceOnEnter }) => startConferenceOnEnter)) this.#start();
    return participant;
  }

  /** FreeSWITCH has the participant in the room: who coaches whom counts anew. @param muted as the participant has entered; it may have changed meanwhile */
  async entered(participant: Participant, muted: boolean): Promise<void> {
    participant.isInRoom = true;
    if (participant.muted !== muted) await this.#rooms.mute(participant.leg, this.room, participant.muted, participant.run.signal);
    if (participant.beep.onEnter && this.#inRoom.length > 1) await this.#rooms.play(participant.leg, this.room, BEEP.enter);
    await this.#recording?.begin(participant, this.room);
    await this.#relate();
  }

  /** The participant has left, whoever wished so. */
  async left(participant: Participant): Promise<void> {
    if (!this.#participants.delete(participant.callSid)) return;
    participant.isInRoom = false;
    const reason = participant.leaveReason;
    this.#callbacks.tell("participant-leave", [...aboutParticipant(participant), ["ParticipantCallStatus", participant.status], ["ReasonParticipantLeft", reason]]);
    const kicked = reason === "participant_updated_via_api";
    if (this.#state === "in-progress" && participant.endConferenceOnExit) this.#end(kicked ? "participant-with-end-conference-on-exit-kicked" : "participant-with-end-conference-on-exit-left", participant);
    for (const other of this.participants) if (this.#state === "completed") other.takeOut(this.#ended?.reason === "conference-ended-via-api" ? "conference_ended_via_api" : "moderator_ended_conference");
    if (this.#participants.size === 0) this.#end(kicked ? "last-participant-kicked" : "last-participant-left", participant);
    else if (participant.beep.onExit && this.#state === "in-progress") await this.#beepOut();
    if (this.#participants.size === 0) await this.#recording?.end(this.node, this.room);
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
  }

  /** As `mute`. @param sound what the participant hears meanwhile; null: hold music */
  async hold(participant: Participant, on: boolean, sound: string | null, signal: AbortSignal): Promise<void> {
    if (participant.held === on) return;
    if (!participant.isInRoom) throw conflict("The conference has not started for this participant.");
    if (on) await this.#rooms.hold(participant.leg, this.room, sound, signal);
    else await this.#rooms.unhold(participant.leg, this.room, signal);
    participant.held = on;
    this.#callbacks.tell(on ? "participant-hold" : "participant-unhold", aboutParticipant(participant));
  }

  /** Whom alone this participant is heard by; null: by everybody. */
  async coach(participant: Participant, coached: string | null): Promise<void> {
    participant.coached = coached;
    await this.#relate();
    this.#callbacks.tell("participant-modify", aboutParticipant(participant));
  }

  /** What happens when the participant leaves. */
  endsOnExit(participant: Participant, on: boolean): void {
    participant.endConferenceOnExit = on;
    this.#callbacks.tell("participant-modify", aboutParticipant(participant));
  }

  /** Plays these sounds one after another to everybody, or to one participant. Throws Conflict for one who still waits. */
  async announce(sounds: readonly string[], to: Participant | null): Promise<void> {
    const listener = to ?? this.#inRoom[0];
    if (listener?.isInRoom !== true) throw conflict("The conference has not started for this participant.");
    for (const sound of sounds) await this.#rooms.play(listener.leg, this.room, sound, { alone: to !== null });
  }

  announcementFailed(url: string, reason: string): void {
    this.#callbacks.tell("announcement-fail", [["AnnounceUrl", url], ["ReasonAnnouncementFailed", reason.slice(0, 200)]]);
  }

  get #inRoom(): readonly Participant[] {
    return this.participants.filter(({ isInRoom }) => isInRoom);
  }

  #start(): void {
    this.#state = "in-progress";
    this.#callbacks.tell("conference-start", []);
    this.#begin();
  }

  #end(reason: EndReason, by: Participant | null): void {
    if (this.#state === "completed") return;
    this.#state = "completed";
    this.#ended = { reason, at: new Date(), callSid: by?.callSid ?? null };
    this.#onEnd();
    this.#callbacks.tell("conference-end", [
      ...(by === null ? [] : ([["CallSidEndingConference", by.callSid]] as const)),
      ...(by?.label == null ? [] : ([["ParticipantLabelEndingConference", by.label]] as const)),
      ["ReasonConferenceEnded", reason],
      ["Reason", WORDS[reason]],
    ]);
  }

  async #beepOut(): Promise<void> {
    const [someone] = this.#inRoom;
    if (someone !== undefined) await this.#rooms.play(someone.leg, this.room, BEEP.exit);
  }

  /** A coach is heard by the coached one alone, whoever has come meanwhile. */
  async #relate(): Promise<void> {
    const all = this.#inRoom;
    for (const participant of all) {
      const others = all.filter((other) => other !== participant);
      const [deaf, hearing] = participant.coached === null ? [[], others] : [others.filter(({ callSid }) => callSid !== participant.coached), others.filter(({ callSid }) => callSid === participant.coached)];
      await this.#unheard(participant, deaf, true);
      await this.#unheard(participant, hearing, false);
    }
  }

  /** What FreeSWITCH was told last, so that it is told only what has changed. Bounded by the participants. */
  readonly #silenced = new WeakMap<Participant, Set<Participant>>();

  async #unheard(participant: Participant, others: readonly Participant[], on: boolean): Promise<void> {
    const silenced = this.#silenced.get(participant) ?? new Set<Participant>();
    this.#silenced.set(participant, silenced);
    const changed = others.filter((other) => silenced.has(other) !== on);
    if (changed.length === 0 || participant.leg.hungUp) return;
    for (const other of changed) if (on) silenced.add(other);
    else silenced.delete(other);
    await this.#rooms.unheard(participant.leg, this.room, changed.map(({ leg }) => leg), on).catch((error: unknown) => participant.run.error(codeOfError(error, PROGRAM_CODES.internal), "Who hears a coach could not be set."));
  }
}

export type { LeaveReason };
