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

/**
 * Logs lines that cannot be read. Who started a recording comes last, when the recording is known. Rows of a call that was joined to another are the other's, after the
 * join: the database may have moved them already.
 */
export function partsIn(lines: readonly unknown[], logger: Logger): readonly UnwrittenCall[] {
  const parts = read(lines, logger);
  const joined = new Map(parts.flatMap(({ id, items }) => items.flatMap((item) => (item.kind === "joined" ? [[item.from, id] as const] : []))));
  const into = (id: string, steps = joined.size): string => {
    const other = joined.get(id);
    return other === undefined || steps === 0 ? id : into(other, steps - 1);
  };
  const hasJoin = ({ items }: UnwrittenCall): number => Number(items.some(({ kind }) => kind === "joined"));
  return parts.map((part) => ({ ...part, id: into(part.id) })).sort((a, b) => hasJoin(b) - hasJoin(a));
}

function read(lines: readonly unknown[], logger: Logger): readonly UnwrittenCall[] {
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
