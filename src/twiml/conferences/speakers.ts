/** Who speaks in a conference, for a server that asks for it. */
import type { ProgramRooms, Talking } from "../../calls/index.js";
import { aboutParticipant, type ConferenceCallbacks } from "./callbacks.js";
import type { Participant } from "./participant.js";

/** The conference, as far as it matters here. */
interface Where {
  readonly node: string;
  readonly room: string;
  readonly participants: readonly Participant[];
}

export class Speakers {
  readonly #where: Where;
  readonly #callbacks: Pick<ConferenceCallbacks, "tell" | "wants">;
  /** By CallSid. Bounded by the conference's participants. */
  readonly #speaking = new Set<string>();
  readonly #stop: () => void;

  constructor(rooms: Pick<ProgramRooms, "onTalking">, where: Where, callbacks: Pick<ConferenceCallbacks, "tell" | "wants">) {
    this.#where = where;
    this.#callbacks = callbacks;
    // FreeSWITCH tells of speakers more often than of anything else.
    this.#stop = callbacks.wants("participant-speech-start") ? rooms.onTalking((talking) => this.#talks(talking)) : () => undefined;
  }

  close(): void {
    this.#stop();
  }

  /** The participant was muted or held. FreeSWITCH forgets then that it spoke, and tells of no end (conference_api.c, conference_api_sub_mute). */
  silenced(participant: Participant): void {
    if (this.#speaking.delete(participant.callSid)) this.#callbacks.tell("participant-speech-stop", aboutParticipant(participant));
  }

  /** The participant's leaving says that it speaks no more. */
  left({ callSid }: Participant): void {
    this.#speaking.delete(callSid);
  }

  #talks({ node, room, leg, on, at }: Talking): void {
    if (node !== this.#where.node || room !== this.#where.room) return;
    const participant = this.#where.participants.find((each) => each.leg.uuid === leg);
    if (participant === undefined) return;
    if (on) this.#speaking.add(participant.callSid);
    else this.#speaking.delete(participant.callSid);
    this.#callbacks.tell(on ? "participant-speech-start" : "participant-speech-stop", aboutParticipant(participant), at);
  }
}
