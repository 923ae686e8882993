/** Starts recordings by policy: a department's setting, or a line's, by the variable that the dialplan sets. */
import { CallplaneError } from "../errors.js";
import type { Logger } from "../logger.js";
import type { Metrics } from "../metrics.js";
import type { CallTrace, TracedCall } from "../calls/index.js";
import type { LiveCall } from "./live-call.js";
import { POLICY } from "./starters.js";
import type { RecordingRules } from "./ports.js";

export interface PolicyDependencies {
  readonly calls: Pick<CallTrace, "recordByPolicy">;
  readonly rules: RecordingRules;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, "incident">;
  readonly startedBy: (callId: string, recordingId: string, who: string) => void;
}

export class RecordingPolicy {
  readonly #dependencies: PolicyDependencies;

  constructor(dependencies: PolicyDependencies) {
    this.#dependencies = dependencies;
  }

  /** Once a conversation, so that a recording stopped by a person stays stopped. */
  look(call: TracedCall, live: LiveCall): void {
    if (live.phase !== "talking") return;
    if (live.ruled || call.state !== "active") return;
    live.ruled = true;
    const { organizationId, department, legs } = call;
    const { rules } = this.#dependencies;
    const byDepartment = organizationId !== null && department !== null && rules.departmentRecorded(organizationId, department);
    if (!byDepartment && !legs.some((leg) => leg.toBeRecorded)) return;
    if (legs.some((leg) => leg.recordings.length > 0)) return;
    void this.#start(call, live);
  }

  async #start(call: TracedCall, live: LiveCall): Promise<void> {
    const { calls, logger, metrics, startedBy } = this.#dependencies;
    try {
      startedBy(call.id, (await calls.recordByPolicy(call.id)).id, POLICY);
    } catch (error) {
      if (call.ended) return;
      // On hold, or being transferred, meanwhile: tried again at the call's next conversation.
      if (error instanceof CallplaneError && error.code === "Conflict") {
        live.ruled = false;
        return;
      }
      metrics.incident("recording_not_started");
      logger.error({ err: error, call: call.id }, "a call that must be recorded is not recorded");
    }
  }
}
