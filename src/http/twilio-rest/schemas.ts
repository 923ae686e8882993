import { z } from "zod";

const Refusal = z.object({ code: z.int(), message: z.string(), more_info: z.string(), status: z.int() }).meta({ id: "TwilioError", description: "As Twilio words it." });
/** What a route of this face may answer besides its success. */
export const errors = { "4xx": Refusal, "5xx": Refusal } as const;
