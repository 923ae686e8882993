/** Recordings that an earlier process has begun: they go on in FreeSWITCH, and their end is told by this one. */
import type { LiveLeg, ProgramLegs, ProgramRecordings } from "../calls/index.js";
import type { Logger } from "../logger.js";
import type { OwnedNodes } from "./owned-nodes.js";
import type { LeftRecording, ProgramAccounts } from "./ports.js";
import { keepRecording, type RecordingParts } from "./recording-book.js";

export interface LeftRecordingsParts extends RecordingParts {
  readonly legs: Pick<ProgramLegs, "leg" | "onLeg" | "knowsAll" | "tidings">;
  readonly talkRecordings: Pick<ProgramRecordings, "end">;
  readonly accounts: ProgramAccounts;
  readonly owned: OwnedNodes;
  readonly logger: Logger;
}

/** They end with what the program did then: a message, a conversation. Others end with the leg. */
const OF_VERBS: ReadonlySet<LeftRecording["source"]> = new Set(["RecordVerb", "DialVerb"]);

export class LeftRecordings {
  readonly #parts: LeftRecordingsParts;
  /** By sid, those that have not been ended, other processes' included. Bounded by what other processes have begun: it only shrinks. */
  readonly #left: Map<string, LeftRecording>;
  /** Of the same, whose legs are listened to. Bounded by what earlier processes have left. */
  readonly #followed = new Set<string>();
  /** Bounded by the recordings that have just ended. */
  readonly #keeping = new Set<Promise<void>>();
  readonly #stop: () => void;

  private constructor(parts: LeftRecordingsParts, left: readonly LeftRecording[]) {
    this.#parts = parts;
    this.#left = new Map(left.map((each) => [each.sid, each]));
    const stops = [parts.legs.tidings.onReady(() => this.#takeUp()), parts.owned.onUnclaimed(() => this.#takeUp())];
    this.#stop = () => stops.forEach((stop) => stop());
  }

  /** Must be there before FreeSWITCH tells its legs. Throws DatabaseUnavailable. */
  static async open(parts: LeftRecordingsParts): Promise<LeftRecordings> {
    return new LeftRecordings(parts, await parts.recordings.left());
  }

  /** Whether an earlier program records what the leg's far end says (`<Record>`): nobody else has the caller then. */
  isMessage({ uuid }: LiveLeg): boolean {
    return [...this.#left.values()].some(({ ongoing, source }) => ongoing.uuid === uuid && source === "RecordVerb");
  }

  /** What an earlier program did with this leg is over, and so is the recording of it. Never rejects. */
  async over(leg: LiveLeg): Promise<void> {
    await Promise.all([...this.#left.values()].filter(({ ongoing, source }) => ongoing.uuid === leg.uuid && OF_VERBS.has(source)).map((each) => this.#end(each)));
  }

  /** Resolves when those that have ended are kept. Idempotent. */
  async close(): Promise<void> {
    this.#stop();
    while (this.#keeping.size > 0) await Promise.allSettled(this.#keeping);
  }

  /** Every FreeSWITCH has told what it has: those of legs that are gone have ended. */
  #takeUp(): void {
    const { legs, owned } = this.#parts;
    if (!legs.knowsAll) return;
    for (const each of [...this.#left.values()]) {
      const { uuid, node = null } = each.ongoing;
      // Another process has it.
      if (legs.leg(uuid) === undefined && !owned.mayEnd(node)) continue;
      if (each.durationS !== null || legs.leg(uuid)?.hungUp !== false) void this.#end(each);
      else if (!this.#followed.has(each.sid)) this.#follow(each);
    }
  }

  /** The end of those on a FreeSWITCH that no process has any more. Resolves when it is kept. Throws DatabaseUnavailable. */
  async abandoned(node: string): Promise<void> {
    for (const each of await this.#parts.recordings.left()) {
      if (each.ongoing.node !== node) continue;
      this.#left.set(each.sid, each);
      await this.#end(each);
    }
  }

  #follow(each: LeftRecording): void {
    this.#followed.add(each.sid);
    const off = this.#parts.legs.onLeg(each.ongoing.uuid, ({ type }) => {
      if (type !== "completed") return;
      off();
      void this.#end(each);
    });
  }

  #end(each: LeftRecording): Promise<void> {
    if (!this.#left.delete(each.sid)) return Promise.resolve();
    const keeping: Promise<void> = this.#keep(each)
      .catch((error: unknown) => this.#parts.logger.error({ err: error, recording: each.sid }, "the end of a recording of an earlier process could not be told"))
      .finally(() => this.#keeping.delete(keeping));
    this.#keeping.add(keeping);
    return keeping;
  }

  async #keep(each: LeftRecording): Promise<void> {
    const { legs, talkRecordings, accounts, owned, recordings } = this.#parts;
    const { sid, organizationId, callSid, callId, path, startedAt, durationS, channels, track, source, ongoing } = each;
    const leg = legs.leg(ongoing.uuid);
    if (leg === undefined && ongoing.node == null && !(await recordings.claim(sid, owned.first))) return;
    if (durationS === null && leg !== undefined) await talkRecordings.end(leg, path);
    const account = await accounts.of(organizationId, ongoing.line ?? undefined);
    // The longest that it can be, where its file does not tell.
    const durationMs = durationS === null ? Math.max(0, Date.now() - startedAt.getTime()) : durationS * 1000;
    await keepRecording(this.#parts, { account, callSid, callId }, { sid, startedAt, channels, track, source, callback: ongoing.callback, path, durationMs, trim: ongoing.trim && durationS === null, ongoing });
  }
}
