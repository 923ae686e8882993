/** The lines of the call records' spool file: one call's rows each. */
import { z } from "zod";
import type { Logger } from "../logger.js";
import type { UnwrittenCall } from "./unwritten.js";

const at = z.coerce.date();
const entry = z.object({ callId: z.string(), at, type: z.string(), agentId: z.string().nullable(), detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])) });
const recording = z.object({
  id: z.string(), callId: z.string(), organizationId: z.number().nullable(), node: z.string(), path: z.string(), startedBy: z.string(), startedAt: at, endedAt: z.nullable(at), removedAt: z.nullable(at),
});
const item = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("entry"), entry }),
  z.object({ kind: z.literal("recording"), recording }),
  z.object({ kind: z.literal("joined"), from: z.string() }),
  z.object({ kind: z.literal("starter"), recording: z.string(), who: z.string() }),
]);
const part = z.object({ id: z.string(), items: z.array(item) });

/** Logs lines that cannot be read. Who started a recording comes last, when the recording is known. */
export function partsIn(lines: readonly unknown[], logger: Logger): readonly UnwrittenCall[] {
  return lines.flatMap((line): readonly UnwrittenCall[] => {
    const parsed = part.safeParse(line);
    if (!parsed.success) {
      logger.error({ line }, "a line of the call records' spool file cannot be read");
      return [];
    }
    const { id, items } = parsed.data;
    return [{ id, seen: null, items: items.sort((a, b) => Number(a.kind === "starter") - Number(b.kind === "starter")), isCountDue: false }];
  });
}
