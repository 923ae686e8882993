/** Shapes of seed 003. */
import { z } from "zod";

const Refusal = z.object({ status: z.literal("error"), info: z.string().describe("`-ERR` and the code, or FreeSWITCH's own line."), message: z.string().optional().describe("Which parameter is at fault.") });
export const errors = { "4xx": Refusal, "5xx": Refusal } as const;

export const Info = z.object({ status: z.literal("OK"), info: z.string().describe("FreeSWITCH's own line.") });

/** FreeSWITCH's line for a success, with what it names. */
export const ok = (what = ""): z.output<typeof Info> => ({ status: "OK", info: what === "" ? "+OK\n" : `+OK ${what}\n` });
