/** Shapes of seed 004. */
import { z } from "zod";
import { extension } from "../../freeswitch/index.js";
import { word } from "../schemas.js";

const Refusal = z.object({ status: z.literal("fail"), error: z.string().describe("The code."), message: z.string().optional().describe("Which parameter is at fault.") });
export const errors = { "4xx": Refusal, "5xx": Refusal } as const;

export const Extension = word(extension);
export const Legs = z.enum(["aleg", "bleg"]).describe("`aleg` began the call, `bleg` received it.");
export const Success = z.object({ status: z.literal("success"), call_id: z.string() });
export const SuccessWithExtension = Success.extend({ ext: z.string().optional() });
