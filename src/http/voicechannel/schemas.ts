/** Shapes of seed 000's family and the native API. */
import { z } from "zod";
import { Agent, AgentStatus, Call, Time } from "../../events/index.js";

export const VoicechannelError = z.object({ error: z.string(), message: z.string() }).describe("The code of the catalogue, and a text. Somebody else's call: `{status, description}`.");

/** What any route of the family may answer besides its success. */
export const errors = { "4xx": VoicechannelError, "5xx": VoicechannelError } as const;

const total = z.number().int().describe("Of the whole filtered set.");
const next = z.string().nullable().describe("The cursor of the next page.");

export const StatusHistory = z.object({
  items: z.array(z.object({ status: AgentStatus, reason: z.string().nullable(), since: Time, cause: z.string().describe("`request`, `request:<name>` when somebody else asked, `call`, `heartbeat`, `registration` or `system`.") })).readonly(),
});

export const CallList = z.object({ items: z.array(Call).readonly(), total, next });
export const AgentList = z.object({ items: z.array(Agent).readonly(), total, next });

