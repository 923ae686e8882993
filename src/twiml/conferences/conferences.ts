/** All conferences of this process. */
import type { ProgramRooms } from "../../calls/index.js";
import type { ConferenceNoun } from "../nouns/conference.js";
import type { Run } from "../run.js";
import { Conference } from "./conference.js";

export class Conferences {
  readonly #rooms: ProgramRooms;
  /** By organization and name. Bounded by the live calls that take part: one without participants leaves. */
  readonly #live = new Map<string, Conference>();

  constructor(rooms: ProgramRooms) {
    this.#rooms = rooms;
  }

  /** The organization's conference of this name, a new one if there is none. */
  open(run: Run, noun: ConferenceNoun): Conference {
    const key = `${run.call.account.organizationId}/${noun.name}`;
    const known = this.#live.get(key);
    if (known !== undefined) return known;
    const conference: Conference = new Conference(run, noun, this.#rooms, () => {
      if (this.#live.get(key) === conference) this.#live.delete(key);
    });
    this.#live.set(key, conference);
    return conference;
  }

  /** Those that go on, in the order of their beginning. */
  of(organizationId: number): readonly Conference[] {
    return [...this.#live.values()].filter(({ facts }) => facts.account.organizationId === organizationId);
  }

  /** By ConferenceSid or name. */
  find(organizationId: number, which: string): Conference | undefined {
    return this.of(organizationId).find(({ facts }) => facts.sid === which || facts.name === which);
  }
}
