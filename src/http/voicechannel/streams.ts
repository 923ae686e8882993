/** Programs that supervise a call: a live copy of it over a WebSocket. */
import { z } from "zod";
import { invalid } from "../../errors.js";
import { HEARD, isStreamUrl } from "../../media/index.js";
import { actorOf, onCall, SUPERVISING_ROLES } from "../access.js";
import type { HttpApp } from "../app-types.js";
import { actUrl } from "../call-acts.js";
import { CallParams, CreatedId, NoContent, errors, text } from "../schemas.js";
import type { HttpServices } from "../services.js";

const StreamSid = z.string().regex(/^MZ[0-9a-f]{32}$/, "is no stream.");

const Body = z.strictObject({
  url: text(2048).refine(isStreamUrl, "is no URL of a WebSocket, such as wss://bot.example.org/listen.").optional().describe("Where the program listens: `wss://…`; `ws://` on Callplane's own host alone, and where OUTBOUND_ALLOWED names it. Begins a stream."),
  mode: z.enum(["listen", "whisper", "barge", "off"]).default("listen").describe("By whom the program is heard: nobody, the agent alone, both. `off` ends `stream`, or all streams of the call. With `stream` and without `url`, another mode for that one, at once."),
  tracks: z.enum(HEARD).default("mixed").describe("What the program hears: both parties in one track, what the customer says (`inbound`), what the customer hears (`outbound`), or these two as tracks of their own."),
  stream: StreamSid.optional().describe("One that has begun."),
  parameters: z
    .record(text(100), z.string().max(500, "is longer than 500 characters."))
    .refine((all) => Object.keys(all).length <= 100, "holds more than 100.")
    .default({})
    .describe("The `customParameters` of the message `start`."),
});

export function streamRoutes(app: HttpApp, { streams }: HttpServices): void {
  app.route({
    method: "POST",
    url: actUrl("stream"),
    schema: {
      operationId: "streamCall",
      tags: ["supervision"],
      summary: "Let a program listen, whisper or barge over a WebSocket.",
      description: "The program gets Twilio's Media Streams messages and may send its own. It is a supervisor: each mode is a permission, the audit log has it, and the call's `supervision` names its stream. It ends with the call, with the program's connection, or by `off`.",
      params: CallParams,
      body: Body,
      response: { 200: NoContent, 201: CreatedId.describe("The stream's sid: the program hears the call."), ...errors },
    },
    config: { access: onCall(SUPERVISING_ROLES), created: "/voicechannel/calls/{:id}" },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { url, mode, tracks, stream, parameters } = request.body;
      if (mode === "off") await streams.endSupervision(actor, request.params.id, stream ?? null);
      else if (url !== undefined) {
        if (stream !== undefined) throw invalid("stream", "is given with a url: a stream begins, or changes its mode.");
        return reply.code(201).send(await streams.supervise(actor, request.params.id, { url, mode, heard: tracks, parameters }));
      } else if (stream === undefined) throw invalid("url", "is needed to begin a stream.");
      else await streams.switchMode(actor, request.params.id, stream, mode);
      return reply.code(200).send();
    },
  });
}
