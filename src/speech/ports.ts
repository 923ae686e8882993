import type { Metrics } from "../metrics.js";
import type { OutboundClient } from "../outbound/index.js";

/** Requests for sounds and to the services of speech. */
export type AudioRequests = Pick<OutboundClient, "request">;
export type SpeechMetrics = Pick<Metrics, "speechFinished" | "speechReady" | "incident">;
