/**
 * Queues (twilio.com/docs/voice/api/queue-resource): an organization's departments, and the queues that its programs have made by naming them (`<Enqueue>`), which this process
 * has in memory.
 */
import { z } from "zod";
import { CallplaneError } from "../../errors.js";
import type { VoiceAccount } from "../../people/index.js";
import { present } from "../../present.js";
import { callSid } from "../../sids.js";
import { MAX_QUEUE_SIZE, queueSid } from "../../twiml/index.js";
import type { HttpApp } from "../app-types.js";
import { addCollection } from "../collection.js";
import type { HttpServices } from "../services.js";
import { accountAccess, accountOf, AccountParams, actingFor, Sid } from "./account.js";
import { TwilioError, unknownResource } from "./errors.js";
import { field, FORM, Text } from "./form.js";
import { PageQuery, pageOfAll, Paging, rfc2822 } from "./paging.js";
import type { TwilioServices } from "./ports.js";
import { memberRoutes, type WaitingMember } from "./queue-members.js";
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
}).meta({ id: "TwilioQueue" });

const QueueParams = AccountParams.extend({ sid: Sid });
const QueueBody = z.object({ FriendlyName: field(Text(64).optional()), MaxSize: field(z.coerce.number().int().min(0).max(MAX_QUEUE_SIZE).optional()) });

/** A department, or a queue of a program's own. */
export interface AnyQueue {
  readonly sid: string;
  readonly name: string;
  readonly isDepartment: boolean;
  readonly size: number;
  readonly maxSize: number;
  readonly averageWaitS: number;
  readonly createdAt: Date;
  /** The longest waiting first. */
  members(): readonly WaitingMember[];
}

function shown(account: VoiceAccount, { sid, name, size, maxSize, averageWaitS, createdAt }: AnyQueue): z.output<typeof QueueResource> {
  const path = `/2010-04-01/Accounts/${account.sid}/Queues/${sid}`;
  return {
    sid,
    account_sid: account.sid,
    friendly_name: name,
    current_size: size,
    max_size: maxSize,
    average_wait_time: Math.round(averageWaitS),
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(createdAt),
    uri: `${path}.json`,
    subresource_uris: { members: `${path}/Members.json` },
  };
}

type Asked = Parameters<typeof actingFor>[0];

/** All queues of the account: the departments by name, then those of its programs in the order of their making. */
function queuesOf({ staff, queues, calls }: HttpServices, { queues: named }: TwilioServices, request: Asked, account: VoiceAccount): readonly AnyQueue[] {
  const actor = actingFor(request, account);
  const departments = staff.departments(actor).map(({ organizationId, name, settings }): AnyQueue => {
    const { waiting, averageWaitS } = queues.figures(organizationId, name);
    return {
      sid: queueSid(organizationId, name),
      name,
      isDepartment: true,
      size: waiting,
      maxSize: settings.maxLength ?? MAX_QUEUE_SIZE,
      averageWaitS: averageWaitS ?? 0,
      createdAt: account.createdAt,
      members: () =>
        calls
          .queued(actor)
          .filter(({ view }) => view.department === name)
          .map(({ view: { id, legs, createdAt }, enteredAt }) => ({ callSid: callSid(legs.find(({ role }) => role === "customer")?.id ?? id), since: enteredAt ?? new Date(createdAt) })),
    };
  });
  // A department that was made later has taken the name over.
  const known = new Set(departments.map(({ name }) => name));
  const own = (named?.list(account.organizationId) ?? []).filter(({ name }) => !known.has(name));
  return [...departments, ...own.map(({ members, ...queue }): AnyQueue => ({ ...queue, isDepartment: false, size: members.length, members: () => members.map(({ callSid: sid, joinedAt }) => ({ callSid: sid, since: joinedAt })) }))];
}

export function queueRoutes(app: HttpApp, services: HttpServices, twilio: TwilioServices): void {
  const { staff } = services;
  const { accounts } = twilio;
  const access = accountAccess(accounts);
  const tags = ["/2010-04-01"];
  const all = (request: Asked, account: VoiceAccount): readonly AnyQueue[] => queuesOf(services, twilio, request, account);
  /** Throws NotFound. */
  const queueOf = (request: Asked, account: VoiceAccount, sid: string): AnyQueue => {
    const found = all(request, account).find((each) => each.sid === sid);
    if (found === undefined) throw unknownResource(`/2010-04-01/Accounts/${account.sid}/Queues`);
    return found;
  };

  addCollection(app, {
    url: "/Accounts/:account/Queues.json",
    item: "/Accounts/:account/Queues/:sid.json",
    list: {
      schema: { operationId: "twilioListQueues", tags, summary: "The queues: the departments, and those that programs have made.", params: AccountParams, querystring: z.object(PageQuery), response: { 200: z.object({ queues: z.array(QueueResource).readonly(), ...Paging }), ...errors } },
      access,
      answer(request) {
        const account = accountOf(accounts, request, request.params.account);
        const { items, ...paging } = pageOfAll(all(request, account), (each) => shown(account, each), request.query, request.url);
        return { body: { ...paging, queues: items } };
      },
    },
    fetch: {
      schema: { operationId: "twilioFetchQueue", tags, summary: "One queue.", params: QueueParams, response: { 200: QueueResource, ...errors } },
      access,
      answer(request) {
        const account = accountOf(accounts, request, request.params.account);
        return { body: shown(account, queueOf(request, account, request.params.sid)) };
      },
    },
    create: {
      schema: { operationId: "twilioCreateQueue", tags, summary: "Make a queue that lasts: a department.", params: AccountParams, body: QueueBody, consumes: FORM, response: { 201: QueueResource, ...errors } },
      access,
      async answer(request) {
        const account = accountOf(accounts, request, request.params.account);
        const { FriendlyName: name = "", MaxSize: maxLength } = request.body;
        if (name === "") throw new TwilioError(22002, "FriendlyName is missing");
        try {
          await staff.createDepartment(actingFor(request, account), name, present({ maxLength }));
        } catch (error) {
          if (error instanceof CallplaneError && error.code === "Conflict") throw new TwilioError(22003, "A queue with this name already exists", "Conflict");
          throw error;
        }
        return { body: shown(account, queueOf(request, account, queueSid(account.organizationId, name))) };
      },
    },
    update: {
      method: "POST",
      schema: { operationId: "twilioUpdateQueue", tags, summary: "Change how many may wait; a queue keeps its name.", params: QueueParams, body: QueueBody, consumes: FORM, response: { 200: QueueResource, ...errors } },
      access,
      async answer(request) {
        const account = accountOf(accounts, request, request.params.account);
        const before = queueOf(request, account, request.params.sid);
        const { FriendlyName: name, MaxSize: maxLength } = request.body;
        if (name !== undefined && name !== before.name) throw new TwilioError(20001, "A queue cannot be renamed: programs, lines and agents know it by its name");
        if (maxLength !== undefined && before.isDepartment) await staff.updateDepartment(actingFor(request, account), before.name, { maxLength });
        else if (maxLength !== undefined) twilio.queues?.resize(account.organizationId, before.sid, maxLength);
        return { body: shown(account, queueOf(request, account, before.sid)) };
      },
    },
    remove: {
      status: 204,
      schema: { operationId: "twilioDeleteQueue", tags, summary: "Remove an empty queue.", params: QueueParams, response: { 204: z.undefined().describe("Removed."), ...errors } },
      access,
      async answer(request) {
        const account = accountOf(accounts, request, request.params.account);
        const { isDepartment, name, sid } = queueOf(request, account, request.params.sid);
        if (isDepartment) await staff.removeDepartment(actingFor(request, account), name);
        else twilio.queues?.remove(account.organizationId, sid);
        return {};
      },
    },
  });
  memberRoutes(app, twilio, (request, account, sid) => queueOf(request, account, sid).members());
}
