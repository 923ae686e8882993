/** Who hears whom in a conference with coaches: a coach is heard by the coached one alone. */
import type { ProgramRooms } from "../../calls/index.js";
import { codeOfError, PROGRAM_CODES } from "../program-error.js";
import type { Participant } from "./participant.js";

export class Coaching {
  readonly #rooms: ProgramRooms;
  readonly #room: string;
  /** What FreeSWITCH was told last, so that it is told only what has changed. Bounded by the participants. */
  readonly #silenced = new WeakMap<Participant, Set<Participant>>();

  constructor(rooms: ProgramRooms, room: string) {
    this.#rooms = rooms;
    this.#room = room;
  }

  /** Whoever has come or gone meanwhile. @param all who are in the room */
  async relate(all: readonly Participant[]): Promise<void> {
    for (const participant of all) {
      const others = all.filter((other) => other !== participant);
      const [deaf, hearing] = participant.coached === null ? [[], others] : [others.filter(({ callSid }) => callSid !== participant.coached), others.filter(({ callSid }) => callSid === participant.coached)];
      await this.#unheard(participant, deaf, true);
      await this.#unheard(participant, hearing, false);
    }
  }

  async #unheard(participant: Participant, others: readonly Participant[], on: boolean): Promise<void> {
    const silenced = this.#silenced.get(participant) ?? new Set<Participant>();
    this.#silenced.set(participant, silenced);
    const changed = others.filter((other) => silenced.has(other) !== on);
    if (changed.length === 0 || participant.leg.hungUp) return;
    for (const other of changed) if (on) silenced.add(other);
    else silenced.delete(other);
    await this.#rooms.unheard(participant.leg, this.#room, changed.map(({ leg }) => leg), on).catch((error: unknown) => participant.run.error(codeOfError(error, PROGRAM_CODES.internal), "Who hears a coach could not be set."));
  }
}
