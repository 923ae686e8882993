/** Limits the bytes of unread replies of one token: a list of ten thousand channels is 10 MB, and a client may ask for it without reading it. */
import type { FastifyInstance } from "fastify";
import { CallplaneError } from "../errors.js";
import type { HttpServices } from "./services.js";

/** Smaller replies are bounded well enough by the connections and the requests a minute. */
const LARGE_BYTES = 64 * 1024;

/** A single reply may be larger than the budget; a stream is not counted, since it is produced as it is read. */
export function addReplyBudget(app: FastifyInstance, { config: { replyMemoryMb } }: Pick<HttpServices, "config">): void {
  const budget = replyMemoryMb * 1024 * 1024;
  /** Bytes by token. Bounded by the open connections: a token leaves with its last reply. */
  const onTheirWay = new Map<string, number>();
  app.addHook("onSend", async (request, reply, payload: unknown) => {
    const bytes = typeof payload === "string" || Buffer.isBuffer(payload) ? payload.length : 0;
    // Undefined on a request whose path could not even be routed.
    if (!request.actor || bytes < LARGE_BYTES) return payload;
    const { tokenId } = request.actor;
    const before = onTheirWay.get(tokenId) ?? 0;
    if (before > 0 && before + bytes > budget) throw new CallplaneError("RateLimited", "Earlier replies have not been read yet.");
    onTheirWay.set(tokenId, before + bytes);
    reply.raw.once("close", () => {
      const left = (onTheirWay.get(tokenId) ?? bytes) - bytes;
      if (left > 0) onTheirWay.set(tokenId, left);
      else onTheirWay.delete(tokenId);
    });
    return payload;
  });
}
