/** Face 5: `seeds/004_e1e84ef2369098d3.txt`. */
import { z } from "zod";
import type { CallDetail } from "../calls/index.js";
import { ERROR_CODES } from "../errors.js";
import { extension } from "../freeswitch/index.js";
import { SIGNED_IN, SUPERVISING_ROLES, actorOf, onCall } from "./access.js";
import type { Face } from "./app-types.js";
import { CallParams, Empty, word } from "./schemas.js";
import { agentIdFor, extensionOrNumber, untypedTarget } from "./targets.js";

const Refusal = z
  .object({ status: z.literal("fail"), error: z.enum(ERROR_CODES), message: z.string().optional().describe("Which parameter is at fault.") })
  .meta({ id: "V1Error", description: "The code of the catalogue." });
const errors = { "4xx": Refusal, "5xx": Refusal } as const;

const Extension = word(extension);
const Legs = z.enum(["aleg", "bleg"]).describe("`aleg` began the call, `bleg` received it.");
const Success = z.object({ status: z.literal("success"), call_id: z.string() });
const SuccessWithExtension = Success.extend({ ext: z.string().optional() });

const Row = z.object({
  call_id: z.string(),
  context: z.string(),
  created_time: z.string().describe("YYYY-MM-DD HH:mm:ss, UTC."),
  destination: z.string(),
  direction: z.enum(["inbound", "outbound", "internal"]),
  ip: z.string(),
  source: z.string(),
  state: z.string().describe("FreeSWITCH's state of the leg that began the call."),
}).meta({ id: "V1Call", description: "A call as TEL4VN's API shows it." });

function rowOf({ view, aLeg, bLeg }: CallDetail): z.output<typeof Row> {
  const leg = aLeg ?? bLeg;
  return {
    call_id: view.id,
    context: leg?.context ?? "",
    created_time: view.createdAt.slice(0, 19).replace("T", " "),
    destination: view.to,
    direction: view.direction,
    ip: leg?.ip_addr ?? "",
    source: view.from,
    state: leg?.state ?? "",
  };
}

/** How long the other leg waits for a transfer, as `seeds/004_e1e84ef2369098d3.txt` says. */
const PARK_SECONDS = 10;

const SUPERVISION = [
  { mode: "listen", operationId: "v1Listen", summary: "Listen to the call." },
  { mode: "whisper", operationId: "v1Whisper", summary: "Talk to the agent; the customer does not hear it." },
  { mode: "barge", operationId: "v1Barge", summary: "Join the call; all three hear each other." },
] as const;

const tags = ["/v1/call"];

export const tel4vn: Face = (app, { calls, directory }) => {
  app.route({
    method: "GET",
    url: "",
    serializerCompiler: () => (data) => JSON.stringify(data),
    schema: { operationId: "v1ListCalls", tags, summary: "The live calls, one row a call.", response: { 200: z.object({ data: z.array(Row), total: z.number().int() }), ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const data = calls.details(actorOf(request), {}).map(rowOf);
      return reply.send({ data, total: data.length });
    },
  });

  app.route({
    method: "POST",
    url: "/:id/transfer",
    schema: {
      operationId: "v1Transfer",
      tags,
      summary: "Move the named leg to an extension; the other leg is released after the bridge.",
      params: CallParams,
      body: z.strictObject({ ext: word(extensionOrNumber).describe("An extension, or a phone number."), legs: Legs }),
      response: { 200: SuccessWithExtension, ...errors },
    },
    config: { access: onCall(), idempotent: true },
    async handler(request, reply) {
      const { id } = request.params;
      const { ext, legs } = request.body;
      await calls.transferLeg(actorOf(request), id, legs, untypedTarget(directory, actorOf(request), ext));
      return reply.send({ status: "success", call_id: id, ext });
    },
  });

  for (const { mode, operationId, summary } of SUPERVISION) {
    app.route({
      method: "POST",
      url: `/:id/${mode}`,
      schema: {
        operationId,
        tags,
        summary,
        params: CallParams,
        body: z.strictObject({ ext: Extension.optional().describe("Whose phone joins; by default the phone of the token's own agent.") }),
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
  }

  app.route({
    method: "POST",
    url: "/:id/park",
    schema: {
      operationId: "v1Park",
      tags,
      summary: `Drop the named leg; the other waits ${PARK_SECONDS} s for a transfer, then ends.`,
      params: CallParams,
      body: z.strictObject({ legs: Legs }),
      response: { 200: Success, ...errors },
    },
    config: { access: onCall() },
    async handler(request, reply) {
      const { id } = request.params;
      await calls.parkLeg(actorOf(request), id, request.body.legs, PARK_SECONDS);
      return reply.send({ status: "success", call_id: id });
    },
  });

  app.route({
    method: "POST",
    url: "/:id/hangup",
    schema: { operationId: "v1Hangup", tags, summary: "End the call.", params: CallParams, body: Empty, response: { 200: Success, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      const { id } = request.params;
      await calls.hangup(actorOf(request), id);
      return reply.send({ status: "success", call_id: id });
    },
  });
};
