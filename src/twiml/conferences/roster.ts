/** Who takes part in a conference: those whom this process has, and those of an earlier process whom it has not found yet. */
import { conflict } from "../../errors.js";
import type { KeptParticipant } from "./kept.js";
import type { Participant } from "./participant.js";

export class Roster {
  /** By CallSid. Bounded by the conference's `maxParticipants`, 250 at most. */
  readonly #present = new Map<string, Participant>();
  /** By CallSid, those of an earlier process who have not been found yet. Bounded as `#present`; it only shrinks. */
  readonly #absent: Map<string, KeptParticipant>;

  /** @param absent as an earlier process has left them */
  constructor(absent: readonly KeptParticipant[]) {
    this.#absent = new Map(absent.map((each) => [each.callSid, each]));
  }

  /** In the order of joining. */
  get present(): readonly Participant[] {
    return [...this.#present.values()].sort((a, b) => a.joinedAt.getTime() - b.joinedAt.getTime());
  }

  /** Of the present ones, those whom FreeSWITCH has in the room. */
  get inRoom(): readonly Participant[] {
    return this.present.filter(({ isInRoom }) => isInRoom);
  }

  get absent(): readonly KeptParticipant[] {
    return [...this.#absent.values()];
  }

  /** As the next process finds them. */
  get kept(): readonly KeptParticipant[] {
    return [...this.present.map(({ kept }) => kept), ...this.#absent.values()];
  }

  get size(): number {
    return this.#present.size + this.#absent.size;
  }

  /** One who is present, by CallSid or label. */
  find(which: string): Participant | undefined {
    return this.#present.get(which) ?? this.present.find(({ label }) => label === which);
  }

  hasLabel(label: string): boolean {
    return [...this.#present.values(), ...this.#absent.values()].some((each) => each.label === label);
  }

  /** Whether this leg is of one who has not been found yet. */
  misses(uuid: string): boolean {
    return this.absent.some((each) => each.uuid === uuid);
  }

  comes(participant: Participant): void {
    this.#present.set(participant.callSid, participant);
  }

  /** One who was absent is found: absent no more. Throws Conflict for one who was not. */
  found(callSid: string): KeptParticipant {
    const kept = this.#absent.get(callSid);
    if (kept === undefined) throw conflict("The conference has no such participant.");
    this.#absent.delete(callSid);
    return kept;
  }

  /** One who was present is so no more. False: was not. */
  left(callSid: string): boolean {
    return this.#present.delete(callSid);
  }

  /** One who was absent is not looked for any more. */
  missed(callSid: string): void {
    this.#absent.delete(callSid);
  }
}
