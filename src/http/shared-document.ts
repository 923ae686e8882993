import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { matchesAny } from "./etag.js";

/** A document that is the same for everybody: made at the first request, and kept as one buffer. */
export class SharedDocument {
  readonly #type: string;
  readonly #make: () => string;
  #made: { readonly bytes: Buffer; readonly tag: string } | null = null;

  constructor(type: string, make: () => string) {
    this.#type = type;
    this.#make = make;
  }

  /** With its ETag; 304 to who has it already. */
  send(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { bytes, tag } = (this.#made ??= made(this.#make()));
    // Public: caches may keep it, and ask by its tag whether it is current.
    void reply.header("cache-control", "no-cache").header("etag", tag);
    return matchesAny(request.headers["if-none-match"], tag) ? reply.code(304).send("") : reply.type(this.#type).send(bytes);
  }
}

function made(text: string): { readonly bytes: Buffer; readonly tag: string } {
  const bytes = Buffer.from(text);
  return { bytes, tag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"` };
}
