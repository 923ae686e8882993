/** Entity tags and the conditions of requests (RFC 9110, 8.8.3 and 13.1). */
import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";

/** `If-None-Match` (RFC 9110, 13.1.2): weak comparison, `*` matches whatever is there. */
export function matchesAny(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === "*") return true;
  const opaque = tag.replace(/^W\//, "");
  return [...header.matchAll(/(?:W\/)?("[^"]*")/g)].some(([, candidate]) => candidate === opaque);
}

/** The tag of one version of an object. */
export const versionTag = (version: number): string => `"${version}"`;

/** `If-Match` of a request as a condition on the version: strong comparison, `*` matches whatever is there. Without the header every version is expected. */
export function expectedVersion({ headers }: FastifyRequest): (version: number) => boolean {
  const header = headers["if-match"];
  if (header === undefined || header.trim() === "*") return () => true;
  const tags = header.split(",").map((tag) => tag.trim());
  return (version) => tags.includes(versionTag(version));
}

/** As `expectedVersion`, for what is told apart by its tag. */
export function isExpected({ headers }: Pick<FastifyRequest, "headers">, tag: string): boolean {
  const header = headers["if-match"];
  return header === undefined || header.trim() === "*" || header.split(",").some((each) => each.trim() === tag);
}

/** The tag of content that has no version. */
export const contentTag = (body: object): string => `"${createHash("sha256").update(JSON.stringify(body)).digest("base64url").slice(0, 27)}"`;

/** Sends the tag; whether the client has what it stands for already, so that it is answered with 304. */
export function isKnown({ headers }: FastifyRequest, reply: Pick<FastifyReply, "header">, tag: string): boolean {
  void reply.header("etag", tag);
  return matchesAny(headers["if-none-match"], tag);
}
