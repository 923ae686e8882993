import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { word } from "../schemas.js";
import { extensionOrNumber, untypedTarget, userAddress, userFor } from "../targets.js";
import { parameters } from "./parameters.js";
import { CallReply, callReply, errors } from "./schemas.js";

const { schema, read } = parameters({
  extension: word(extensionOrNumber).describe("The extension or phone number to call."),
  agent: word(userAddress).optional().describe("Whose phone rings first; the caller's own by default."),
});

export const callOriginate: RouteFile = (app, { calls, directory }) => {
  app.route({
    method: "POST",
    url: "/originate",
    schema: { operationId: "callOriginate", tags: ["/call"], summary: "Call the agent's phone, then the extension or number.", ...schema, response: { 200: CallReply, ...errors } },
    config: { access: SIGNED_IN, idempotent: true },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { extension, agent } = read(request);
      const { id } = await calls.originate(actor, {
        target: untypedTarget(directory, actor, extension),
        ...(agent === undefined ? {} : { agent: userFor(directory, actor, agent) }),
      });
      request.callIds.push(id);
      return reply.send(callReply(calls, actor, id));
    },
  });
};
