import type { Client } from "../contract/harness.js";
import { eventually } from "../lab/wait.js";

/** A call's record as the API shows it. */
export interface ShownLog {
  readonly id: string;
  readonly direction: string;
  readonly from: string;
  readonly to: string;
  readonly department: string | null;
  readonly agent: string | null;
  readonly status: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly waitMs: number;
  readonly talkMs: number;
  readonly holdMs: number;
  readonly hangupCause: string | null;
  readonly hungUpBy: string | null;
  readonly complete: boolean;
  readonly disposition: string | null;
  readonly legs: readonly { readonly id: string; readonly role: string; readonly agent: string | null; readonly source: string }[];
  readonly timeline: readonly { readonly at: string; readonly type: string; readonly agent: string | null; readonly detail: Readonly<Record<string, unknown>> }[];
  readonly recordings: readonly { readonly id: string; readonly startedBy: string; readonly endedAt: string | null; readonly removedAt: string | null }[];
}

/** The record when the call has ended and FreeSWITCH's own records of it have been read. */
export async function finishedRecord(id: string, as: Client): Promise<ShownLog> {
  let last: unknown = null;
  return eventually(
    `the finished record of ${id}`,
    async () => {
      const { status, body } = await as.get(`/voiceconfig/calllogs/${id}`);
      last = body;
      const log = body as ShownLog;
      return status === 200 && log.endedAt !== null && log.complete ? log : null;
    },
    { details: () => JSON.stringify(last) },
  );
}
