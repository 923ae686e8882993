/** Removes recordings that an organization does not keep any longer. */
import type { AuditLog } from "../audit/index.js";
import type { MessageNews } from "../queues/index.js";
import type { Logger } from "../logger.js";
import type { Clock } from "../clock.js";
import type { CallRecordStore, RecordingRules } from "./ports.js";
import type { RecordingFiles } from "./recording-files.js";
import type { RecordingRecord } from "./types.js";

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

/** Throws when its file cannot be removed; afterwards the row and the audit log have its removal. */
export async function removeRecording(
  { store, files, audit, logger, clock, told }: Omit<RetentionDependencies, "rules">,
  recording: RecordingRecord,
  actor: string,
  detail: Readonly<Record<string, string | number>>,
): Promise<void> {
  const within = await files.remove(recording.path);
  if (!within) logger.warn({ recording: recording.id }, "a recording lies where Callplane does not reach; its file was left");
  const at = new Date(clock.now());
  const message = await store.transaction(async (tx) => {
    await tx.saveRecording({ ...recording, removedAt: at });
    const left = await tx.message(recording.id);
    if (left !== undefined) await tx.removeMessage(left.id);
    return left;
  });
  audit.append({ at, organizationId: recording.organizationId, actor, action: "recording.remove", target: recording.id, detail: { call: recording.callId, file: within ? "removed" : "out of reach", ...detail } });
  if (message !== undefined) told({ type: "removed", message });
}
