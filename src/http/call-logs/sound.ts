/** The sound of recordings and messages: as a file in parts, and at an address that a player may use once. */
import type { Readable } from "node:stream";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { RecordingContent } from "../../call-logs/index.js";
import { systemClock } from "../../clock.js";
import type { Actor } from "../../people/index.js";
import { actorOf, type RouteAccess } from "../access.js";
import type { HttpApp } from "../app-types.js";
import { presented, takeFromQuery } from "../authentication.js";
import { Binary, content, Empty, errors } from "../schemas.js";
import type { HttpServices } from "../services.js";
import { byteRange } from "./byte-range.js";
import { GRANT_MS, RecordingGrants } from "./grants.js";
import { Grant, RecordingParams } from "./schemas.js";

export interface SoundRoutes {
  /** Below the app's prefix. */
  readonly url: "/recordings" | "/messages";
  readonly operations: { readonly grant: string; readonly content: string };
  /** What it is the sound of. */
  readonly what: "recording" | "message";
  readonly tags: string[];
  readonly access: RouteAccess;
  /** Whose it is. Throws what the object's route throws. */
  readonly find: (actor: Actor, id: string) => Promise<{ readonly organizationId: number | null; readonly callId: string }>;
  readonly open: (actor: Actor, id: string) => Promise<RecordingContent>;
}

export function addSound(app: HttpApp, { audit, auth }: Pick<HttpServices, "audit" | "auth">, { url, operations, what, tags, access, find, open }: SoundRoutes): void {
  const grants = new RecordingGrants(systemClock);

  app.route({
    method: "POST",
    url: `${url}/:id(^[^:]+)::grant`,
    schema: {
      operationId: operations.grant,
      tags,
      summary: `An address at which one player can play the ${what} once.`,
      description: `For audio elements, which send no token: a path that must be used within ${GRANT_MS / 1000} s. The first address that asks is the player; its further requests for parts belong to the same use. It ends with the token. The audit log has who asked for it.`,
      params: RecordingParams,
      body: Empty,
      response: { 201: Grant, ...errors },
    },
    config: { access, created: `/voiceconfig${url}/{:id}/content` },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { id } = request.params;
      const { organizationId, callId } = await find(actor, id);
      const token = presented(request, false);
      const { grant, expires } = grants.give(id, actor, async () => (token === null ? actor : auth.recheck(actor, token)));
      audit.append({ at: new Date(), organizationId, actor: actor.name, action: "recording.grant", target: id, detail: { call: callId } });
      return reply.code(201).send({ url: `/voiceconfig${url}/${id}/content?grant=${grant}`, expires: new Date(expires).toISOString() });
    },
  });

  const granted = async (request: FastifyRequest): Promise<Actor | null> => {
    const grant = takeFromQuery(request, "grant");
    if (grant === undefined) return null;
    return grants.redeem(grant, RecordingParams.safeParse(request.params).data?.id ?? "", request.ip);
  };
  app.route<{ Params: z.output<typeof RecordingParams>; Reply: Readable | undefined }>({
    method: "GET",
    url: `${url}/:id(^[^:]+)/content`,
    // A HEAD would open the file and write to the audit log without need.
    exposeHeadRoute: false,
    schema: {
      operationId: operations.content,
      tags,
      summary: `The sound of the ${what}.`,
      description: "Takes one range of bytes (`Range`, RFC 9110) and answers 206 then, or 416 when there is none such.",
      params: RecordingParams,
      response: { 200: content("audio/wav", "All of it.", Binary), 206: content("audio/wav", "The part that was asked for.", Binary), 416: z.undefined().describe("There is no such part."), ...errors },
    },
    config: { access: { ...access, otherwise: granted, credential: "grant" } },
    async handler(request, reply) {
      const sound = await open(actorOf(request), request.params.id);
      const range = byteRange(request.headers.range, sound.bytes);
      void reply.header("accept-ranges", "bytes").header("last-modified", sound.modifiedAt.toUTCString());
      if (range === "unsatisfiable") {
        await sound.close();
        return reply.code(416).header("content-range", `bytes */${sound.bytes}`).send(undefined);
      }
      void reply.type("audio/wav").header("content-disposition", `attachment; filename="${request.params.id}.wav"`);
      if (sound.bytes === 0) {
        await sound.close();
        return reply.header("content-length", 0).send(undefined);
      }
      if (range === null) return reply.header("content-length", sound.bytes).send(sound.read());
      return reply
        .code(206)
        .header("content-range", `bytes ${range.start}-${range.end}/${sound.bytes}`)
        .header("content-length", range.end - range.start + 1)
        .send(sound.read(range));
    },
  });
}
