/** Queues and their members (twilio.com/docs/voice/api/queue-resource, member-resource): an organization's departments, and who waits in them. */
import { z } from "zod";
import type { CallView } from "../../calls/index.js";
import { CallplaneError } from "../../errors.js";
import type { VoiceAccount } from "../../people/index.js";
import { present } from "../../present.js";
import type { DepartmentRecord } from "../../queues/index.js";
import { callSid, sidOf } from "../../sids.js";
import type { HttpApp } from "../app-types.js";
import type { HttpServices } from "../services.js";
import { accountAccess, accountOf, AccountParams, actingFor, Sid } from "./account.js";
import { sourceOf } from "./call-parameters.js";
import { TwilioError, unknownResource } from "./errors.js";
import { field, Method, Text } from "./form.js";
import { PageQuery, pageOf, Paging, rfc2822, windowOf } from "./paging.js";
import type { TwilioServices } from "./ports.js";
import { errors } from "./schemas.js";

const QueueResource = z.object({
  sid: z.string(),
  account_sid: z.string(),
  friendly_name: z.string(),
  current_size: z.int(),
  max_size: z.int(),
  average_wait_time: z.int().describe("Seconds."),
  date_created: z.string().nullable(),
  date_updated: z.string().nullable(),
  uri: z.string(),
  subresource_uris: z.record(z.string(), z.string()),
});

const MemberResource = z.object({
  call_sid: z.string(),
  queue_sid: z.string(),
  position: z.int().describe("From 1."),
  wait_time: z.int().describe("Seconds."),
  date_enqueued: z.string().nullable(),
  uri: z.string(),
});

/** Where a department has no limit: Twilio's largest. */
const MAX_SIZE = 5000;

const QueueParams = AccountParams.extend({ sid: Sid });
const MemberParams = QueueParams.extend({ member: Sid });
const QueueBody = z.object({ FriendlyName: field(Text(64).optional()), MaxSize: field(z.coerce.number().int().min(0).max(MAX_SIZE).optional()) });
const MemberBody = z.object({ Url: field(Text(8192).optional()), Method: field(Method.optional()) });

/** The sid of a department's queue, by which programs know it too. */
const queueSid = ({ organizationId, name }: Pick<DepartmentRecord, "organizationId" | "name">): string => sidOf("QU", `${organizationId}/${name}`);

export function queueRoutes(app: HttpApp, services: HttpServices, { accounts, programs }: TwilioServices): void {
  const { staff, queues, calls } = services;
  const access = accountAccess(accounts);
  const tags = ["/2010-04-01"];
  type Asked = Parameters<typeof actingFor>[0];

  const departmentOf = (request: Asked, account: VoiceAccount, sid: string): DepartmentRecord => {
    const found = staff.departments(actingFor(request, account)).find((each) => queueSid(each) === sid);
    if (found === undefined) throw unknownResource(`/2010-04-01/Accounts/${account.sid}/Queues`);
    return found;
  };
  const shown = (account: VoiceAccount, department: DepartmentRecord): z.output<typeof QueueResource> => {
    const sid = queueSid(department);
    const { waiting, averageWaitS } = queues.figures(department.organizationId, department.name);
    const path = `/2010-04-01/Accounts/${account.sid}/Queues/${sid}`;
    return {
      sid,
      account_sid: account.sid,
      friendly_name: department.name,
      current_size: waiting,
      max_size: department.settings.maxLength ?? MAX_SIZE,
      average_wait_time: Math.round(averageWaitS ?? 0),
      date_created: rfc2822(account.createdAt),
      date_updated: rfc2822(account.createdAt),
      uri: `${path}.json`,
      subresource_uris: { members: `${path}/Members.json` },
    };
  };
  /** The longest waiting first. */
  const waitingIn = (request: Asked, account: VoiceAccount, { name }: DepartmentRecord): readonly CallView[] =>
    calls.queued(actingFor(request, account)).map(({ view }) => view).filter(({ department }) => department === name);
  /** The leg of the one who waits. */
  const legOf = ({ id, legs }: CallView): string => legs.find(({ role }) => role === "customer")?.id ?? id;
  const member = (account: VoiceAccount, department: DepartmentRecord, view: CallView, index: number): z.output<typeof MemberResource> => {
    const [sid, since] = [callSid(legOf(view)), new Date(view.createdAt)];
    return { call_sid: sid, queue_sid: queueSid(department), position: index + 1, wait_time: Math.max(0, Math.round((Date.now() - since.getTime()) / 1000)), date_enqueued: rfc2822(since), uri: `/2010-04-01/Accounts/${account.sid}/Queues/${queueSid(department)}/Members/${sid}.json` };
  };
  /** `Front`, or the sid of one who waits. */
  const memberOf = (request: Asked, account: VoiceAccount, department: DepartmentRecord, named: string): { readonly view: CallView; readonly index: number } => {
    const all = waitingIn(request, account, department);
    const index = named === "Front" ? 0 : all.findIndex((view) => callSid(legOf(view)) === named);
    const view = all[index];
    if (view === undefined) throw unknownResource(`/2010-04-01/Accounts/${account.sid}/Queues/${queueSid(department)}/Members`);
    return { view, index };
  };

  app.route({
    method: "GET",
    url: "/Accounts/:account/Queues.json",
    schema: { operationId: "twilioListQueues", tags, summary: "The queues: the departments.", params: AccountParams, querystring: z.object(PageQuery), response: { 200: z.object({ queues: z.array(QueueResource).readonly(), ...Paging }), ...errors } },
    config: { access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const { offset, limit } = windowOf(request.query);
      const { items, ...paging } = pageOf(staff.departments(actingFor(request, account)).slice(offset, offset + limit + 1).map((each) => shown(account, each)), request.query, request.url);
      return reply.send({ ...paging, queues: items });
    },
  });

  app.route({
    method: "POST",
    url: "/Accounts/:account/Queues.json",
    schema: { operationId: "twilioCreateQueue", tags, summary: "Make a queue: a department.", params: AccountParams, body: QueueBody, response: { 201: QueueResource, ...errors } },
    config: { access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const { FriendlyName: name = "", MaxSize: maxLength } = request.body;
      if (name === "") throw new TwilioError(22002, "FriendlyName is missing");
      try {
        return await reply.code(201).send(shown(account, await staff.createDepartment(actingFor(request, account), name, present({ maxLength }))));
      } catch (error) {
        if (error instanceof CallplaneError && error.code === "Conflict") throw new TwilioError(22003, "A queue with this name already exists", "Conflict");
        throw error;
      }
    },
  });

  app.route({
    method: "GET",
    url: "/Accounts/:account/Queues/:sid.json",
    schema: { operationId: "twilioFetchQueue", tags, summary: "One queue.", params: QueueParams, response: { 200: QueueResource, ...errors } },
    config: { access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      return reply.send(shown(account, departmentOf(request, account, request.params.sid)));
    },
  });

  app.route({
    method: "POST",
    url: "/Accounts/:account/Queues/:sid.json",
    schema: { operationId: "twilioUpdateQueue", tags, summary: "Change how many may wait; a queue keeps its name.", params: QueueParams, body: QueueBody, response: { 200: QueueResource, ...errors } },
    config: { access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const before = departmentOf(request, account, request.params.sid);
      const { FriendlyName: name, MaxSize: maxLength } = request.body;
      if (name !== undefined && name !== before.name) throw new TwilioError(20001, "A queue cannot be renamed: it is a department, to which lines and agents point");
      return reply.send(shown(account, maxLength === undefined ? before : await staff.updateDepartment(actingFor(request, account), before.name, { maxLength })));
    },
  });

  app.route({
    method: "DELETE",
    url: "/Accounts/:account/Queues/:sid.json",
    schema: { operationId: "twilioDeleteQueue", tags, summary: "Remove an empty queue.", params: QueueParams, response: { 204: z.undefined().describe("Removed."), ...errors } },
    config: { access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      await staff.removeDepartment(actingFor(request, account), departmentOf(request, account, request.params.sid).name);
      return reply.code(204).send();
    },
  });

  app.route({
    method: "GET",
    url: "/Accounts/:account/Queues/:sid/Members.json",
    schema: { operationId: "twilioListMembers", tags, summary: "Who waits in a queue, the longest waiting first.", params: QueueParams, querystring: z.object(PageQuery), response: { 200: z.object({ queue_members: z.array(MemberResource).readonly(), ...Paging }), ...errors } },
    config: { access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const department = departmentOf(request, account, request.params.sid);
      const { offset, limit } = windowOf(request.query);
      const all = waitingIn(request, account, department).map((view, index) => member(account, department, view, index));
      const { items, ...paging } = pageOf(all.slice(offset, offset + limit + 1), request.query, request.url);
      return reply.send({ ...paging, queue_members: items });
    },
  });

  app.route({
    method: "GET",
    url: "/Accounts/:account/Queues/:sid/Members/:member.json",
    schema: { operationId: "twilioFetchMember", tags, summary: "One who waits; `Front` is the longest waiting.", params: MemberParams, response: { 200: MemberResource, ...errors } },
    config: { access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const department = departmentOf(request, account, request.params.sid);
      const { view, index } = memberOf(request, account, department, request.params.member);
      return reply.send(member(account, department, view, index));
    },
  });

  app.route({
    method: "POST",
    url: "/Accounts/:account/Queues/:sid/Members/:member.json",
    schema: { operationId: "twilioDequeueMember", tags, summary: "Take one out of the queue, and run a program on the call.", params: MemberParams, body: MemberBody, response: { 200: MemberResource, ...errors } },
    config: { access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const department = departmentOf(request, account, request.params.sid);
      const { view, index } = memberOf(request, account, department, request.params.member);
      const source = sourceOf(present(request.body));
      if (source === null) throw new TwilioError(21205, "Url is not a valid URL");
      if (programs === null) throw new CallplaneError("SwitchUnavailable", "Nothing runs programs here.");
      await programs.replace(account.organizationId, callSid(legOf(view)), source);
      return reply.send(member(account, department, view, index));
    },
  });
}
