import { z } from "zod";
import { SUPERVISING_ROLES, actorOf } from "../access.js";
import type { RouteFile } from "../app-types.js";
import { present } from "../present.js";
import { AgentId } from "../schemas.js";
import { CallLog, Code, Department, Direction, End, errors, Note, shownRecord, Status, Time } from "./schemas.js";

const ENDED = ["completed", "busy", "no-answer", "canceled", "failed"] as const;

const Body = z.strictObject({
  direction: Direction,
  from: End,
  to: End,
  department: Department.optional(),
  agent: AgentId.optional(),
  status: Status.extract(ENDED).default("completed"),
  startedAt: Time,
  endedAt: Time.optional().describe("By default when it began."),
  disposition: Code.optional(),
  note: Note.min(1, "is empty.").optional(),
});

export const createCallLog: RouteFile = (app, { callLogs }) => {
  app.route({
    method: "POST",
    url: "/calllogs",
    schema: { operationId: "createCallLog", tags: ["call logs"], summary: "A record by hand, of a call that FreeSWITCH did not carry.", body: Body, response: { 201: CallLog, ...errors } },
    config: { access: { roles: SUPERVISING_ROLES } },
    async handler(request, reply) {
      const { startedAt, endedAt, ...input } = request.body;
      const record = await callLogs.create(actorOf(request), { ...present(input), ...present({ endedAt: endedAt === undefined ? undefined : new Date(endedAt) }), startedAt: new Date(startedAt) });
      return reply.code(201).send(shownRecord(record));
    },
  });
};
