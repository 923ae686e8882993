/** All conferences of this process, those of an earlier one included. */
import type { LiveLeg, ProgramLegs, ProgramRooms } from "../../calls/index.js";
import type { Logger } from "../../logger.js";
import type { ConferenceNoun } from "../nouns/conference.js";
import type { OwnedNodes } from "../owned-nodes.js";
import type { Callbacks, ProgramAccounts } from "../ports.js";
import type { Run } from "../run.js";
import { beginning } from "./beginning.js";
import { Conference, type ConferenceParts } from "./conference.js";
import type { ConferenceBook, ConferenceEnd, KeptConference } from "./kept.js";

export interface ConferencesParts {
  readonly legs: Pick<ProgramLegs, "tidings">;
  readonly rooms: ProgramRooms;
  readonly callbacks: Callbacks;
  readonly conferenceBook: ConferenceBook;
  readonly accounts: ProgramAccounts;
  readonly owned: OwnedNodes;
  readonly logger: Logger;
}

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
  readonly #parts: ConferenceParts;
  /** By organization, the oldest end first. Bounded by MAX_ENDED for each organization. */
  readonly #ended = new Map<number, EndedConference[]>();
  /** By organization and name, those that can be entered. Bounded by the live calls that take part: one without participants leaves. */
  readonly #live = new Map<string, Conference>();
  /** Those in which somebody is. Bounded by the live calls that take part, and what an earlier process has left. */
  readonly #all = new Set<Conference>();

  private constructor({ legs, rooms, callbacks, conferenceBook, logger }: ConferencesParts) {
    this.#parts = {
      rooms,
      tidings: legs.tidings,
      callbacks,
      book: conferenceBook,
      failed: (error) => logger.error({ err: error }, "what has happened in a conference could not be kept"),
      onEnd: (conference) => {
        const key = keyOf(conference);
        if (this.#live.get(key) === conference) this.#live.delete(key);
        this.#keep(conference);
      },
      onEmpty: (conference) => this.#all.delete(conference),
    };
  }

  /** With those that an earlier process has left. Throws DatabaseUnavailable. */
  static async open(parts: ConferencesParts): Promise<Conferences> {
    const conferences = new Conferences(parts);
    for (const kept of await parts.conferenceBook.open()) if (parts.owned.has(kept.node)) await conferences.#takeUp(kept, parts);
    return conferences;
  }

  /** The end of those on a FreeSWITCH that no process has any more. Resolves when it is durable. Throws DatabaseUnavailable. */
  async abandoned(node: string, { accounts, conferenceBook }: Pick<ConferencesParts, "accounts" | "conferenceBook">): Promise<void> {
    for (const kept of await conferenceBook.open()) {
      if (kept.node !== node) continue;
      const conference = new Conference(kept, await accounts.of(kept.organizationId, kept.line ?? undefined), this.#parts);
      await conference.missed(() => false);
      await conference.settled;
    }
  }

  async #takeUp(kept: KeptConference, { accounts, logger }: ConferencesParts): Promise<void> {
    try {
      const conference = new Conference(kept, await accounts.of(kept.organizationId, kept.line ?? undefined), this.#parts);
      this.#all.add(conference);
      if (conference.state !== "completed") this.#live.set(keyOf(conference), conference);
    } catch (error) {
      logger.error({ err: error, conference: kept.sid }, "a conference of an earlier process could not be taken up");
    }
  }

  /** The organization's conference of this name, a new one if there is none. */
  open(run: Run, noun: ConferenceNoun): Conference {
    const { account } = run.call;
    const known = this.#live.get(keyOf({ facts: { account, name: noun.name } }));
    if (known !== undefined) return known;
    const conference = new Conference(beginning(run, noun), account, this.#parts);
    this.#all.add(conference);
    this.#live.set(keyOf(conference), conference);
    return conference;
  }

  /** The conference in which an earlier process had this leg; undefined: none, or the leg has been found already. */
  thatMisses({ uuid }: LiveLeg): Conference | undefined {
    return [...this.#all].find((conference) => conference.misses(uuid));
  }

  /** It is known which legs there are: those of earlier processes that are up no more have left their conferences. */
  async missed(isUp: (uuid: string) => boolean): Promise<void> {
    for (const conference of [...this.#all]) await conference.missed(isUp);
  }

  /** Resolves when what has happened is durable. Never rejects. */
  async close(): Promise<void> {
    await Promise.all([...this.#all].map(({ settled }) => settled));
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

const keyOf = ({ facts: { account, name } }: { readonly facts: Pick<Conference["facts"], "account" | "name"> }): string => `${account.organizationId}/${name}`;
