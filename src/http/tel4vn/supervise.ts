import { z } from "zod";
import type { SupervisionMode } from "../../people/index.js";
import { SUPERVISING_ROLES, actorOf, onCall } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { CallParams } from "../schemas.js";
import { agentIdFor } from "../targets.js";
import { Extension, SuccessWithExtension, errors } from "./schemas.js";

/** `/listen`, `/whisper` and `/barge` differ in nothing but the mode. */
export const supervise =
  (mode: SupervisionMode, operationId: string, summary: string): RouteFile =>
  (app, { calls, directory }) => {
    app.route({
      method: "POST",
      url: `/:id/${mode}`,
      schema: {
        operationId,
        tags: ["/v1/call"],
        summary,
        params: CallParams,
        body: z.object({ ext: Extension.optional().describe("Whose phone joins; the token's own by default.") }),
        response: { 200: SuccessWithExtension, ...errors },
      },
      config: { access: onCall(SUPERVISING_ROLES) },
      async handler(request, reply) {
        const actor = actorOf(request);
        const { id } = request.params;
        const { ext } = request.body;
        await calls.supervise(actor, id, { mode, ...(ext === undefined ? {} : { agent: agentIdFor(directory, actor, ext) }) });
        return reply.send({ status: "success", call_id: id, ...(ext === undefined ? {} : { ext }) });
      },
    });
  };
