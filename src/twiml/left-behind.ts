/** What voice programs have left on FreeSWITCHes that no process has any more: legs, recordings and conferences whose end nobody would tell. */
import type { ConferenceBook, Conferences } from "./conferences/index.js";
import type { FollowedLegs } from "./followed-legs.js";
import type { LeftRecordings } from "./left-recordings.js";
import type { OwnedNodes } from "./owned-nodes.js";
import type { ProgramAccounts, RecordingBook } from "./ports.js";
import type { LegWatches } from "./watches.js";

export interface LeftBehindParts {
  readonly followed: FollowedLegs;
  readonly recordings: LeftRecordings;
  readonly conferences: Conferences;
  readonly watches: LegWatches;
  readonly recordingBook: RecordingBook;
  readonly conferenceBook: ConferenceBook;
  readonly accounts: ProgramAccounts;
  readonly owned: OwnedNodes;
}

export class LeftBehind {
  readonly #parts: LeftBehindParts;

  constructor(parts: LeftBehindParts) {
    this.#parts = parts;
  }

  /** The FreeSWITCHes of other processes on which something goes on, as far as the database knows. Throws DatabaseUnavailable. */
  async nodes(): Promise<readonly string[]> {
    const { watches, recordingBook, conferenceBook, owned } = this.#parts;
    const [legs, recordings, conferences] = await Promise.all([watches.open(), recordingBook.left(), conferenceBook.open()]);
    const names = new Set([...legs, ...recordings.map(({ ongoing }) => ongoing), ...conferences].map(({ node }) => node ?? null));
    return [...names].filter((node): node is string => node !== null && !owned.has(node));
  }

  /** Tells the end of all of it. Only while nobody can begin to follow the node. Throws DatabaseUnavailable. */
  async end(node: string): Promise<void> {
    await this.#parts.followed.abandoned(node);
    await this.#parts.recordings.abandoned(node);
    await this.#parts.conferences.abandoned(node, this.#parts);
  }
}
