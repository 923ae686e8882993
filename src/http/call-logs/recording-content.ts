import type { ReadStream } from "node:fs";
import { z } from "zod";
import { EVERY_ROLE, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { byteRange } from "./byte-range.js";
import { errors, RecordingParams } from "./schemas.js";

export const recordingContent: RouteFile = (app, { callLogs }) => {
  app.route<{ Params: z.output<typeof RecordingParams>; Reply: ReadStream | undefined }>({
    method: "GET",
    url: "/recordings/:id/content",
    // A HEAD would open the file, and be in the audit log, for nothing.
    exposeHeadRoute: false,
    schema: {
      operationId: "recordingContent",
      tags: ["call logs"],
      summary: "The recording itself.",
      description: "Takes one range of bytes (`Range`, RFC 9110) and answers 206 then, or 416 when there is none such.",
      params: RecordingParams,
      response: { 200: z.any().describe("audio/wav"), 206: z.any().describe("The part that was asked for."), ...errors },
    },
    config: { access: { roles: EVERY_ROLE, names: { object: "recording", parameter: "id" } } },
    async handler(request, reply) {
      const content = await callLogs.content(actorOf(request), request.params.id);
      const range = byteRange(request.headers.range, content.bytes);
      void reply.header("accept-ranges", "bytes").header("last-modified", content.modifiedAt.toUTCString());
      if (range === "unsatisfiable") {
        await content.close();
        return reply.code(416).header("content-range", `bytes */${content.bytes}`).send(undefined);
      }
      void reply.type("audio/wav").header("content-disposition", `attachment; filename="${request.params.id}.wav"`);
      if (content.bytes === 0) {
        await content.close();
        return reply.header("content-length", 0).send(undefined);
      }
      if (range === null) return reply.header("content-length", content.bytes).send(content.read());
      return reply
        .code(206)
        .header("content-range", `bytes ${range.start}-${range.end}/${content.bytes}`)
        .header("content-length", range.end - range.start + 1)
        .send(content.read(range));
    },
  });
};
