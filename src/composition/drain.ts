import type { FastifyInstance } from "fastify";
import type { CallsRoom } from "../calls/index.js";

/** Requests that still run after so long are cut off. */
const DRAIN_MS = 25_000;
const IDLE_CHECK_MS = 200;

/** Requests under way are let finish; those that wait for a phone to ring are called off when it takes too long, and so are connections that never ask for anything. */
export async function closeApp(app: FastifyInstance, calls: Pick<CallsRoom, "close">): Promise<void> {
  const timer = setTimeout(() => {
    void calls.close().finally(() => app.server.closeAllConnections());
  }, DRAIN_MS);
  const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
    clearInterval(idle);
  }
}
