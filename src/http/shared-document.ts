import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
import { matchesAny } from "./etag.js";

const zip = promisify(gzip);

interface Made {
  readonly bytes: Buffer;
  readonly tag: string;
}

/** A document that is the same for everybody: made at the first request, and kept as one buffer, and as another one that is compressed. */
export class SharedDocument {
  readonly #type: string;
  readonly #make: () => string | Buffer;
  readonly #cacheControl: string;
  #made: Made | null = null;
  #packed: Promise<Made> | null = null;

  /** By default caches may keep it, and ask by its tag whether it is current. */
  constructor(type: string, make: () => string | Buffer, cacheControl = "no-cache") {
    this.#type = type;
    this.#make = make;
    this.#cacheControl = cacheControl;
  }

  /** With its ETag; 304 to who has it already. */
  send(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    return this.#send(request, reply, (this.#made ??= made(this.#make())));
  }

  /** Compressed for who takes that: a tenth of it goes out. */
  async sendPacked(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    void reply.header("vary", "accept-encoding");
    if (!/\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/i.test(request.headers["accept-encoding"] ?? "")) return this.send(request, reply);
    this.#made ??= made(this.#make());
    const packed = await (this.#packed ??= zip(this.#made.bytes).then(made));
    return this.#send(request, reply.header("content-encoding", "gzip"), packed);
  }

  #send(request: FastifyRequest, reply: FastifyReply, { bytes, tag }: Made): FastifyReply {
    void reply.header("cache-control", this.#cacheControl).header("etag", tag);
    return matchesAny(request.headers["if-none-match"], tag) ? reply.code(304).send("") : reply.type(this.#type).send(bytes);
  }
}

function made(content: string | Buffer): Made {
  const bytes = Buffer.from(content);
  return { bytes, tag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"` };
}
