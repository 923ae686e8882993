import { and, count, eq, gte, inArray, isNotNull, isNull, lt, or, sql, type SQL } from "drizzle-orm";
import type { StoredMessageFilter } from "../call-logs/index.js";
import type { MessageRecord } from "../queues/index.js";
import type { TimePage } from "../pages.js";
import { first } from "./rows.js";
import { messages } from "./schema.js";
import type { Reader } from "./sqlite/engine.js";
import { Prepared } from "./sqlite/prepared.js";
import { beyond, contains, inOrder } from "./time-order.js";

function whereOf(organizationId: number | null, { departments, isOpen, isHeard, from, to, numbers, q }: StoredMessageFilter): SQL | undefined {
  return and(
    organizationId === null ? undefined : eq(messages.organizationId, organizationId),
    departments === undefined ? undefined : inArray(messages.department, [...departments]),
    isOpen === undefined ? undefined : isOpen ? isNull(messages.closedAt) : isNotNull(messages.closedAt),
    isHeard === undefined ? undefined : isHeard ? isNotNull(messages.heardAt) : isNull(messages.heardAt),
    from === undefined ? undefined : gte(messages.leftAt, from),
    to === undefined ? undefined : lt(messages.leftAt, to),
    numbers === undefined ? undefined : inArray(messages.from, [...numbers]),
    q === undefined ? undefined : or(contains(messages.from, q), contains(messages.fromName, q), contains(messages.note, q)),
  );
}

export async function messagesIn(db: Reader, organizationId: number | null, filter: StoredMessageFilter, page: TimePage): Promise<{ readonly items: readonly MessageRecord[]; readonly total: number }> {
  const where = whereOf(organizationId, filter);
  const order = { at: messages.leftAt, id: messages.id };
  const items = await db.select().from(messages).where(and(where, beyond(order, page))).orderBy(...inOrder(order, page)).limit(page.limit);
  return { items, total: (await first(db.select({ total: count() }).from(messages).where(where)))?.total ?? 0 };
}

export const messageOf = (db: Reader, id: string): Promise<MessageRecord | undefined> => first(db.select().from(messages).where(eq(messages.id, id)));

export const messagesOfCallQuery = (): Prepared<MessageRecord> => new Prepared((db) => db.select().from(messages).where(eq(messages.callId, sql.placeholder("callId"))).orderBy(messages.leftAt));
