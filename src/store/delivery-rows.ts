import { and, eq, isNotNull, isNull } from "drizzle-orm";
import { deliveries } from "./schema.js";

/** What waits of one webhook; written so that the index of such rows serves. */
export const isWaitingOfWebhook = (webhook: number) => and(eq(deliveries.webhook, webhook), isNotNull(deliveries.webhook), isNull(deliveries.doneAt));
