/** Members of a queue (twilio.com/docs/voice/api/member-resource): who waits in it, and how one is taken out. */
import { z } from "zod";
import { CallplaneError } from "../../errors.js";
import type { VoiceAccount } from "../../people/index.js";
import { present } from "../../present.js";
import type { HttpApp } from "../app-types.js";
import { accountAccess, accountOf, AccountParams, type actingFor, Sid } from "./account.js";
import { sourceOf } from "./call-parameters.js";
import { TwilioError, unknownResource } from "./errors.js";
import { field, FORM, Method, Text } from "./form.js";
import { PageQuery, pageOfAll, Paging, rfc2822 } from "./paging.js";
import type { TwilioServices } from "./ports.js";
import { errors } from "./schemas.js";

const MemberResource = z.object({
  call_sid: z.string(),
  queue_sid: z.string(),
  position: z.int().describe("From 1."),
  wait_time: z.int().describe("Seconds."),
  date_enqueued: z.string().nullable(),
  uri: z.string(),
}).meta({ id: "TwilioQueueMember" });

const QueueParams = AccountParams.extend({ sid: Sid });
const MemberParams = QueueParams.extend({ member: Sid });
const MemberBody = z.object({ Url: field(Text(8192).optional()), Method: field(Method.optional()) });

/** One who waits. */
export interface WaitingMember {
  readonly callSid: string;
  readonly since: Date;
}

/** Those who wait in the queue of this sid, the longest waiting first. Throws NotFound for a queue that there is not. */
export type MembersOf = (request: Parameters<typeof actingFor>[0], account: VoiceAccount, queue: string) => readonly WaitingMember[];

const shown = (account: VoiceAccount, queue: string, { callSid, since }: WaitingMember, index: number): z.output<typeof MemberResource> => ({
  call_sid: callSid,
  queue_sid: queue,
  position: index + 1,
  wait_time: Math.max(0, Math.round((Date.now() - since.getTime()) / 1000)),
  date_enqueued: rfc2822(since),
  uri: `/2010-04-01/Accounts/${account.sid}/Queues/${queue}/Members/${callSid}.json`,
});

export function memberRoutes(app: HttpApp, { accounts, programs }: TwilioServices, membersOf: MembersOf): void {
  const access = accountAccess(accounts);
  const tags = ["/2010-04-01"];
  /** `Front`, or the sid of one who waits. Throws NotFound. */
  const memberOf = (request: Parameters<MembersOf>[0], account: VoiceAccount, queue: string, named: string): z.output<typeof MemberResource> => {
    const all = membersOf(request, account, queue);
    const index = named === "Front" ? 0 : all.findIndex(({ callSid }) => callSid === named);
    const member = all[index];
    if (member === undefined) throw unknownResource(`/2010-04-01/Accounts/${account.sid}/Queues/${queue}/Members`);
    return shown(account, queue, member, index);
  };

  app.route({
    method: "GET",
    url: "/Accounts/:account/Queues/:sid/Members.json",
    schema: { operationId: "twilioListMembers", tags, summary: "Who waits in a queue, the longest waiting first.", params: QueueParams, querystring: z.object(PageQuery), response: { 200: z.object({ queue_members: z.array(MemberResource).readonly(), ...Paging }), ...errors } },
    config: { access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const all = membersOf(request, account, request.params.sid).map((member, index) => shown(account, request.params.sid, member, index));
      const { items, ...paging } = pageOfAll(all, (each) => each, request.query, request.url);
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
      return reply.send(memberOf(request, account, request.params.sid, request.params.member));
    },
  });

  app.route({
    method: "POST",
    url: "/Accounts/:account/Queues/:sid/Members/:member.json",
    schema: { operationId: "twilioDequeueMember", tags, summary: "Take one out of the queue, and run a program on the call.", params: MemberParams, body: MemberBody, consumes: FORM, response: { 200: MemberResource, ...errors } },
    config: { asksSwitch: true, access },
    async handler(request, reply) {
      const account = accountOf(accounts, request, request.params.account);
      const member = memberOf(request, account, request.params.sid, request.params.member);
      const source = sourceOf(present(request.body));
      if (source === null) throw new TwilioError(21205, "Url is not a valid URL");
      if (programs === null) throw new CallplaneError("SwitchUnavailable", "Nothing runs programs here.");
      await programs.replace(account.organizationId, member.call_sid, source);
      return reply.send(member);
    },
  });
}
