/** `Idempotency-Key`: the same request of the same token is done once, and its reply is repeated (CONTRACT §1). */
import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { conflict, invalid, type ErrorCode } from "../errors.js";
import { actorOf } from "./access.js";
import type { HttpServices } from "./services.js";

declare module "fastify" {
  interface FastifyRequest {
    /** The key that this request has claimed and has to complete or release. */
    claimedKey: string | null;
  }
}

const KEY = /^[\x21-\x7e]{1,255}$/;

/** Refusals before anything was asked of FreeSWITCH: the key may be used again. */
const NOTHING_DONE: ReadonlySet<ErrorCode> = new Set(["InvalidParameter", "Forbidden", "NotYourCall", "NotFound", "NUMBER_NOT_ALLOWED", "DIAL_LIMIT", "SwitchUnavailable", "RateLimited", "Busy"]);

/** JSON with sorted keys, so that the order of a client's fields makes no difference. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
}

const fingerprint = ({ method, routeOptions, params, query, body }: FastifyRequest): string =>
  createHash("sha256").update(canonical([method, routeOptions.url, params, query, body ?? null])).digest("hex");

export function addIdempotency(app: FastifyInstance, { idempotency }: HttpServices): void {
  app.addHook("preHandler", async (request, reply) => {
    const key = request.headers["idempotency-key"];
    if (request.routeOptions.config.idempotent !== true || key === undefined) return;
    if (typeof key !== "string" || !KEY.test(key)) throw invalid("Idempotency-Key", "is not 1 to 255 visible ASCII characters.");
    const claim = await idempotency.claim(actorOf(request).tokenId, key, fingerprint(request));
    switch (claim.outcome) {
      case "fresh":
        request.claimedKey = key;
        return;
      case "replay":
        void reply.code(claim.status).header("idempotency-replayed", "true");
        if (claim.reply !== "") void reply.type("application/json; charset=utf-8");
        return reply.send(claim.reply === "" ? undefined : claim.reply);
      case "pending":
        throw conflict("The first request with this Idempotency-Key is still under way.");
      case "mismatch":
        throw conflict("This Idempotency-Key was used with another request.");
    }
  });
  app.addHook("onSend", async (request, reply, payload: unknown) => {
    const { claimedKey: key, actor } = request;
    // Both are undefined on a request whose path could not even be routed.
    if (!key || !actor) return payload;
    request.claimedKey = null;
    try {
      if (request.refusal !== null && NOTHING_DONE.has(request.refusal)) await idempotency.release(actor.tokenId, key);
      else await idempotency.complete(actor.tokenId, key, reply.statusCode, typeof payload === "string" ? payload : "");
    } catch (error) {
      // The work is done: its reply matters more than the record of it.
      request.log.error({ err: error }, "the reply for an Idempotency-Key was not kept");
    }
    return payload;
  });
}
