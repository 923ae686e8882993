/** Removes recordings that an organization does not keep any longer. */
import type { AuditLog } from "../audit/index.js";
import type { MessageNews, MessageRecord } from "../queues/index.js";
import type { Logger } from "../logger.js";
import type { Clock } from "../clock.js";
import type { CallRecordStore, RecordingRules } from "./ports.js";
import type { RecordingFiles } from "./recording-files.js";
import type { RecordingRecord } from "./recording.js";

const EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;
const AT_ONCE = 500;

export interface RetentionDependencies {
  readonly store: CallRecordStore;
  readonly files: RecordingFiles;
  readonly rules: RecordingRules;
  readonly audit: AuditLog;
  readonly logger: Logger;
  readonly clock: Clock;
  /** The recording was a message, which is gone with it. */
  readonly told: (news: MessageNews) => void;
}

export class Retention {
  readonly #dependencies: RetentionDependencies;
  readonly #stop: () => void;
  /** Bounded: one run an hour. */
  #work: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(dependencies: RetentionDependencies) {
    this.#dependencies = dependencies;
    this.#stop = dependencies.clock.every(EVERY_MS, () => void this.run());
  }

  /** Never rejects. */
  run(): Promise<void> {
    this.#work = this.#work.then(() => this.#run());
    return this.#work;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stop();
    await this.#work;
  }

  async #run(): Promise<void> {
    const { rules, store, clock, logger } = this.#dependencies;
    for (const { organizationId, days } of rules.retention()) {
      try {
        const before = new Date(clock.now() - days * DAY_MS);
        let more = true;
        while (more && !this.#closed) {
          const due = await store.recordingsBefore(organizationId, before, AT_ONCE);
          const removed = await this.#remove(due, days);
          more = due.length === AT_ONCE && removed > 0;
        }
      } catch (error) {
        logger.error({ err: error, organization: organizationId }, "old recordings could not be removed; trying again in an hour");
      }
    }
  }

  /** Gives how many are gone: one that stays keeps no other. */
  async #remove(due: readonly RecordingRecord[], days: number): Promise<number> {
    let removed = 0;
    for (const recording of due) {
      if (this.#closed) break;
      try {
        await removeRecording(this.#dependencies, recording, "system", { reason: "retention", days });
        removed++;
      } catch (error) {
        this.#dependencies.logger.error({ err: error, recording: recording.id }, "an old recording could not be removed; trying again in an hour");
      }
    }
    return removed;
  }
}

/**
 * Throws when its file cannot be removed; afterwards the row and the audit log have its removal. The message that it may be goes first, so that nobody works on what is about to
 * be gone, and comes back when the file stays. `check` may refuse by throwing; it sees the message as it is removed.
 */
export async function removeRecording(
  { store, files, audit, logger, clock, told }: Omit<RetentionDependencies, "rules">,
  recording: RecordingRecord,
  actor: string,
  detail: Readonly<Record<string, string | number>>,
  check: (message: MessageRecord | undefined) => void = () => undefined,
): Promise<void> {
  const { id } = recording;
  const message = await store.transaction(async (tx) => {
    const left = await tx.message(id);
    check(left);
    if (left !== undefined) await tx.removeMessage(id);
    return left;
  });
  const within = await files.remove(recording.path).catch(async (error: unknown) => {
    if (message !== undefined) await store.transaction((tx) => tx.putBackMessage(message));
    throw error;
  });
  if (!within) logger.warn({ recording: id }, "a recording lies where Callplane does not reach; its file was left");
  const at = new Date(clock.now());
  // What is gone is told, also when the row cannot be written; retention writes it later.
  audit.append({ at, organizationId: recording.organizationId, actor, action: "recording.remove", target: id, detail: { call: recording.callId, file: within ? "removed" : "out of reach", ...detail } });
  if (message !== undefined) told({ type: "removed", message });
  await store.transaction(async (tx) => {
    await tx.saveRecording({ ...((await tx.recordingById(id)) ?? recording), removedAt: at });
    // FreeSWITCH's record of the call may have come meanwhile, and left it anew.
    await tx.removeMessage(id);
  });
}
