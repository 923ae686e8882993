import { z } from "zod";
import type { AutoAnswer } from "../../calls/index.js";
import { invalid } from "../../errors.js";
import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { word } from "../schemas.js";
import { extensionOrNumber, untypedTarget, userAddress, userFor } from "../targets.js";
import { Info, errors, ok } from "./schemas.js";

// What headers such as `answer-after=0`, `info=alert-autoanswer` or `Auto Answer` need, and nothing that means something to FreeSWITCH.
const HEADER_VALUE = /^[A-Za-z0-9][A-Za-z0-9 ;:=_./@+-]{0,127}$/;

/** Throws InvalidParameter for anything but the three parameters that make a phone answer by itself (CONTRACT §4). */
export function autoAnswer(value: string, parameter: string): AutoAnswer {
  const [, name, content = ""] = /^([^=]*)=(.*)$/s.exec(value) ?? [];
  if (name === "sip_auto_answer" && content === "true") return { kind: name };
  if ((name === "sip_h_Call-Info" || name === "sip_h_Alert-Info") && HEADER_VALUE.test(content)) return { kind: name, value: content };
  throw invalid(parameter, "is not sip_h_Call-Info=…, sip_h_Alert-Info=… or sip_auto_answer=true with a plain value.");
}

const Body = z.object({
  calledId: word(extensionOrNumber).describe("Destination number."),
  callerId: word(userAddress).optional().describe("Call from user, `201` or `201@domain`; the token's own by default."),
  auto_answer_param: word((value, parameter) => autoAnswer(value, parameter).kind).optional().describe("SIP auto answer header."),
});

export const originateChannel: RouteFile = (app, { calls, directory }) => {
  app.route({
    method: "POST",
    url: "",
    schema: { operationId: "originateChannel", tags: ["/api/v2/channels"], summary: "Call the user, then the destination.", body: Body, response: { 200: Info, ...errors } },
    config: { access: SIGNED_IN, idempotent: true },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { calledId, callerId, auto_answer_param: answer } = request.body;
      if (callerId === undefined && actor.agentId === null) throw invalid("callerId", "is missing.");
      const { id } = await calls.originate(actor, {
        target: untypedTarget(directory, actor, calledId),
        ...(callerId === undefined ? {} : { agent: userFor(directory, actor, callerId) }),
        ...(answer === undefined ? {} : { autoAnswer: autoAnswer(answer, "auto_answer_param") }),
      });
      request.callIds.push(id);
      return reply.send(ok(id));
    },
  });
};
