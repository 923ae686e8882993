import { z } from "zod";
import type { CallDetail } from "../../calls/index.js";
import { SIGNED_IN, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { errors } from "./schemas.js";

const Row = z.object({
  call_id: z.string(),
  context: z.string(),
  created_time: z.string().describe("YYYY-MM-DD HH:mm:ss, UTC."),
  destination: z.string(),
  direction: z.enum(["inbound", "outbound", "internal"]),
  ip: z.string(),
  source: z.string(),
  state: z.string().describe("FreeSWITCH's state of the leg that began the call."),
});

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

export const listCallRows: RouteFile = (app, { calls }) => {
  app.route({
    method: "GET",
    url: "",
    serializerCompiler: () => (data) => JSON.stringify(data),
    schema: { operationId: "v1ListCalls", tags: ["/v1/call"], summary: "The live calls, one row a call.", response: { 200: z.object({ data: z.array(Row), total: z.number().int() }), ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const data = calls.details(actorOf(request), {}).map(rowOf);
      return reply.send({ data, total: data.length });
    },
  });
};
