/** All conferences of this process. */
import type { ProgramRooms } from "../../calls/index.js";
import type { ConferenceNoun } from "../nouns/conference.js";
import type { Run } from "../run.js";
import { Conference, type ConferenceEnd } from "./conference.js";

/** What is known of a conference that has ended. */
export interface EndedConference {
  readonly sid: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly ended: ConferenceEnd;
}

/** Conferences that have ended, of one organization: the newest are kept. */
const MAX_ENDED = 500;

export class Conferences {
  readonly #rooms: ProgramRooms;
  /** By organization, the oldest end first. Bounded by MAX_ENDED for each organization. */
  readonly #ended = new Map<number, EndedConference[]>();
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
      this.#keep(conference);
    });
    this.#live.set(key, conference);
    return conference;
  }

  /** Those that go on, in the order of their beginning. */
  of(organizationId: number): readonly Conference[] {
    return [...this.#live.values()].filter(({ facts }) => facts.account.organizationId === organizationId);
  }

  /**
   * Those that have ended, the oldest end first. In memory alone, as the notes of programs are: what must outlive the process is in the records of the calls, in the
   * recordings, and in the callbacks of the conference.
   */
  ended(organizationId: number): readonly EndedConference[] {
    return this.#ended.get(organizationId) ?? [];
  }

  /** By ConferenceSid or name. */
  find(organizationId: number, which: string): Conference | undefined {
    return this.of(organizationId).find(({ facts }) => facts.sid === which || facts.name === which);
  }

  #keep({ facts: { sid, name, account }, createdAt, ended }: Conference): void {
    if (ended === null) return;
    const all = this.#ended.get(account.organizationId) ?? [];
    this.#ended.set(account.organizationId, all);
    all.push({ sid, name, createdAt, ended });
    if (all.length > MAX_ENDED) all.shift();
  }
}
