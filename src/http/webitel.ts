/** Face 4: `seeds/003_0cbea820782a669e.txt`. */
import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import type { AutoAnswer } from "../calls/index.js";
import { CallplaneError, invalid } from "../errors.js";
import { CHANNEL_COLUMNS, domainName, hangupCause } from "../freeswitch/index.js";
import { SIGNED_IN, SUPERVISING_ROLES, actorOf, onCall } from "./access.js";
import type { Face } from "./app-types.js";
import { matchesAny } from "./etag.js";
import { jsonList } from "./json-list.js";
import { present } from "../present.js";
import { CallParams, text, word } from "./schemas.js";
import { extensionOrNumber, untypedTarget, userAddress, userFor } from "./targets.js";

const Refusal = z
  .object({ status: z.literal("error"), info: z.string().describe("`-ERR` and the code, or FreeSWITCH's own line."), message: z.string().optional().describe("Which parameter is at fault.") })
  .meta({ id: "ChannelError", description: "FreeSWITCH's line of a failure." });
const errors = { "4xx": Refusal, "5xx": Refusal } as const;

const Info = z.object({ status: z.literal("OK"), info: z.string().describe("FreeSWITCH's own line.") }).meta({ id: "ChannelInfo", description: "FreeSWITCH's line of a success.", examples: [{ status: "OK", info: "+OK Success\n" }] });

/** FreeSWITCH's line for a success, with what it names. */
const ok = (what = ""): z.output<typeof Info> => ({ status: "OK", info: what === "" ? "+OK\n" : `+OK ${what}\n` });

const DEFAULT_SIZE = 100;
const COLUMNS: ReadonlySet<string> = new Set(CHANNEL_COLUMNS);

const ListQuery = z.strictObject({
  domain: word(domainName).optional().describe("For root: one organization's channels."),
  fields: text(1024).optional().describe("The fields of a row that are wanted, with commas between them."),
  page: z.coerce.number().int().min(1).max(1_000_000).optional().describe("From 1."),
  size: z.coerce.number().int().min(1).max(100_000).optional().describe("Rows a page, 100 by default; without `page` and `size` there is one page with all."),
});

const Row = z.partialRecord(z.enum(CHANNEL_COLUMNS), z.string()).meta({ id: "ChannelRow", description: "A row of FreeSWITCH's `show channels`." });
const Channels = z.object({ status: z.literal("OK"), data: z.object({ row_count: z.number().int().describe("Of the whole filtered set."), rows: z.array(Row) }) });

function wantedFields(fields: string): readonly string[] {
  const names = fields.split(",").map((name) => name.trim());
  if (names.some((name) => !COLUMNS.has(name))) throw invalid("fields", "names a field that a row does not have.");
  return names;
}

/** The same row, as text, with the wanted fields alone. */
function project(row: string, names: readonly string[]): string {
  const whole = Row.parse(JSON.parse(row));
  return JSON.stringify(Object.fromEntries(Object.entries(whole).filter(([name]) => names.includes(name))));
}

// What headers such as `answer-after=0`, `info=alert-autoanswer` or `Auto Answer` need, and nothing that means something to FreeSWITCH.
const HEADER_VALUE = /^[A-Za-z0-9][A-Za-z0-9 ;:=_./@+-]{0,127}$/;

/** Throws InvalidParameter for anything but the three parameters that make a phone answer by itself (CONTRACT §4). */
function autoAnswer(value: string, parameter: string): AutoAnswer {
  const [, name, content = ""] = /^([^=]*)=(.*)$/s.exec(value) ?? [];
  if (name === "sip_auto_answer" && content === "true") return { kind: name };
  if ((name === "sip_h_Call-Info" || name === "sip_h_Alert-Info") && HEADER_VALUE.test(content)) return { kind: name, value: content };
  throw invalid(parameter, "is not sip_h_Call-Info=…, sip_h_Alert-Info=… or sip_auto_answer=true with a plain value.");
}

const Originate = z.strictObject({
  calledId: word(extensionOrNumber).describe("Destination number."),
  callerId: word(userAddress).optional().describe("Call from user, `201` or `201@domain`; by default the token's own agent."),
  auto_answer_param: word((value, parameter) => autoAnswer(value, parameter).kind).optional().describe("SIP auto answer header."),
});

const tags = ["/api/v2/channels"];

export const webitel: Face = (app, { calls, directory }) => {
  // The registry counts its versions from its start, so a tag must not outlive the process.
  const boot = randomBytes(6).toString("base64url");
  app.route<{ Querystring: z.output<typeof ListQuery>; Reply: string | Buffer }>({
    method: "GET",
    url: "",
    schema: { operationId: "listChannels", tags, summary: "The live channels.", querystring: ListQuery, response: { 200: Channels, ...errors } },
    config: { access: SIGNED_IN },
    async handler(request, reply) {
      const { domain, fields, page, size } = request.query;
      const names = fields === undefined ? null : wantedFields(fields);
      const limit = page === undefined && size === undefined ? undefined : (size ?? DEFAULT_SIZE);
      const offset = limit === undefined || page === undefined ? undefined : (page - 1) * limit;
      const list = calls.channels(actorOf(request), present({ domain, offset, limit }));
      const variant = createHash("sha256").update(JSON.stringify([names, offset ?? 0, limit ?? null])).digest("base64url").slice(0, 8);
      const tag = `W/"${boot}-${list.etag}-${variant}"`;
      void reply.header("etag", tag);
      if (matchesAny(request.headers["if-none-match"], tag)) return reply.code(304).send("");
      const rows = names === null ? list.rows : list.rows.map((row) => project(row, names));
      return reply.type("application/json; charset=utf-8").send(jsonList(`{"status":"OK","data":{"row_count":${list.rowCount},"rows":[`, rows, "]}}"));
    },
  });

  app.route({
    method: "POST",
    url: "",
    schema: { operationId: "originateChannel", tags, summary: "Call the user, then the destination.", body: Originate, response: { 200: Info, ...errors } },
    config: { asksSwitch: true, access: SIGNED_IN, idempotent: true },
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

  app.route({
    method: "PUT",
    url: "/:id",
    schema: { operationId: "updateChannel", tags, summary: "Hold or unhold the call of the channel; a success, and nothing happens, when it is so already.", params: CallParams, body: z.strictObject({ state: z.enum(["hold", "unhold"]) }), response: { 200: Info, ...errors } },
    config: { access: onCall() },
    async handler(request, reply) {
      const { id } = request.params;
      if (request.body.state === "hold") await calls.hold(actorOf(request), id);
      else await calls.resume(actorOf(request), id);
      return reply.send(ok("Success"));
    },
  });

  app.route({
    method: "DELETE",
    url: "/:id",
    schema: {
      operationId: "hangupChannel",
      tags,
      summary: "Hang up the channel.",
      params: CallParams,
      querystring: z.strictObject({ cause: word(hangupCause).optional().describe("A hangup cause of FreeSWITCH's table; NORMAL_CLEARING by default.") }),
      response: { 200: Info, ...errors },
    },
    config: { access: onCall() },
    async handler(request, reply) {
      await calls.hangupChannel(actorOf(request), request.params.id, request.query.cause);
      return reply.send(ok());
    },
  });

  app.route({
    method: "POST",
    url: "/:id/eavesdrop",
    schema: {
      operationId: "eavesdropChannel",
      tags,
      summary: "Listen to the call of the channel.",
      params: CallParams,
      body: z.strictObject({ user: word(userAddress).describe("Whose phone listens, `201` or `201@domain`.") }),
      response: { 200: Info, ...errors },
    },
    config: { access: onCall(SUPERVISING_ROLES) },
    async handler(request, reply) {
      const actor = actorOf(request);
      const { id } = request.params;
      // Another organization's call is refused before anything is said about the user.
      calls.get(actor, id);
      const [agent = ""] = userFor(directory, actor, request.body.user).split("@", 1);
      const leg = await calls.supervise(actor, id, { mode: "listen", agent });
      if (leg === null) throw new CallplaneError("Internal");
      return reply.send(ok(leg.id));
    },
  });
};
