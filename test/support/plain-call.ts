/** Of a call that nothing special is done with: it waits nowhere, and is neither recorded nor sent elsewhere. */
import type { CallView } from "../../src/calls/index.js";

export const PLAIN_CALL = {
  previousAgents: [],
  stateSince: "2026-01-01T00:00:00.000Z",
  queuedAt: null,
  position: null,
  priority: null,
  offeredTo: [],
  recordingState: "off",
  consult: null,
  transfer: null,
  attributes: {},
} as const satisfies Partial<CallView>;
