/** Shapes of seed 001's agent console. */
import { z } from "zod";
import type { ClientToken as Issued } from "../../auth/index.js";

const TwilioError = z.object({ error: z.string(), message: z.string() }).describe("The code of the catalogue, and a text. Somebody else's call: `{status, description}`.");
export const errors = { "4xx": TwilioError, "5xx": TwilioError } as const;

export const MIN_TTL_S = 60;
export const MAX_TTL_S = 86_400;
export const TTL_TEXT = "Seconds that token and password are good for, 3600 by default.";

export const ClientToken = z.object({
  token: z.string().describe("A JWT with the voice grant; not good for a login."),
  identity: z.string().describe("The agent id."),
  expires: z.number().int().describe("Epoch milliseconds, of token and password alike."),
  sip: z.object({
    domain: z.string(),
    wssUrl: z.string().describe("Where the phone connects to."),
    user: z.string().describe("The extension."),
    password: z.string().describe("For this token alone, and shown this once."),
    iceServers: z.array(z.object({ urls: z.union([z.string(), z.array(z.string()).readonly()]), username: z.string().optional(), credential: z.string().optional() })).readonly().describe("As RTCPeerConnection takes them."),
  }),
}) satisfies z.ZodType<Issued>;
