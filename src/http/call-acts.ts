/** Acts on one call, `POST /calls/<id>:<name>`: they are answered, with nothing, when FreeSWITCH has confirmed them. */
import { z } from "zod";
import type { CallService } from "../calls/index.js";
import { CallplaneError } from "../errors.js";
import { Call } from "../events/index.js";
import type { Actor, Role } from "../people/index.js";
import { actorOf, onCall } from "./access.js";
import type { HttpApp } from "./app-types.js";
import { CallParams, Empty, NoContent, Target, errors } from "./schemas.js";
import type { HttpServices } from "./services.js";

const NamedAgain = { callSid: z.string().regex(/^[A-Za-z0-9-]{1,64}$/, "is no sid.").optional().describe("As Comm100's voicetwilio has it; the path names the call.") };
/** The bodies of `seeds/001_a9d9437cdc2741c7.txt`, which name the call once more. */
export const SEED_001 = { act: Empty.extend(NamedAgain), target: Target.safeExtend(NamedAgain) };

export const actUrl = (name: string): string => `/calls/:id(^[^:]+)::${name}`;

/** An act that needs nothing but the call. */
export interface CallAct {
  readonly name: string;
  readonly operationId: string;
  readonly summary: string;
  /** Who may; default: every role. */
  readonly roles?: readonly Role[];
  readonly run: (calls: CallService, actor: Actor, id: string) => Promise<unknown>;
}

/** Of an act that changes a call. */
export const ANSWERS_CALL = "Answers the call as it is now, or 204 when the token does not see it any more: it has ended, or has become somebody else's.";

/** What such an act answers. */
export const CALL_NOW = { 200: Call, 204: z.undefined().describe("Done; the token does not see the call any more.") } as const;

/** The call as whoever acted on it sees it now, for the reply's body; undefined, and the reply is 204, for who does not see it any more. */
export function callNow(reply: { statusCode: number }, calls: Pick<CallService, "get">, actor: Actor, id: string): z.output<typeof Call> | undefined {
  try {
    return calls.get(actor, id).view;
  } catch (error) {
    if (error instanceof CallplaneError && (error.code === "NotFound" || error.code === "NotYourCall")) {
      reply.statusCode = 204;
      return undefined;
    }
    throw error;
  }
}

/** Acts that answer the call as it is after them. */
export function addShownActs(app: HttpApp, { calls }: HttpServices, acts: readonly CallAct[]): void {
  for (const { name, operationId, summary, roles, run } of acts) {
    app.route({
      method: "POST",
      url: actUrl(name),
      schema: { operationId, tags: ["calls"], summary, description: ANSWERS_CALL, params: CallParams, body: Empty, response: { ...CALL_NOW, ...errors } },
      config: { access: onCall(roles) },
      async handler(request, reply) {
        const actor = actorOf(request);
        await run(calls, actor, request.params.id);
        return reply.send(callNow(reply, calls, actor, request.params.id));
      },
    });
  }
}

export function addCallActs(app: HttpApp, { calls }: HttpServices, acts: readonly CallAct[], body: typeof Empty | typeof SEED_001.act = Empty): void {
  for (const { name, operationId, summary, run } of acts) {
    app.route({
      method: "POST",
      url: actUrl(name),
      schema: { operationId, tags: ["calls"], summary, params: CallParams, body, response: { 200: NoContent, ...errors } },
      config: { access: onCall() },
      async handler(request, reply) {
        await run(calls, actorOf(request), request.params.id);
        return reply.send(undefined);
      },
    });
  }
}

export function addTransfer(app: HttpApp, { calls }: HttpServices, operationId: string, target: typeof Target | typeof SEED_001.target = Target): void {
  app.route({
    method: "POST",
    url: actUrl("transfer"),
    schema: {
      operationId,
      tags: ["calls"],
      summary: "Transfer the call; the caller is never lost.",
      description: "Answers when the target has answered and is bridged. On busy, no answer or refusal the call is back with the agent, and the reply is 409.",
      params: CallParams,
      body: target,
      response: { 200: NoContent, ...errors },
    },
    config: { access: onCall(), idempotent: true },
    async handler(request, reply) {
      const { type, to } = request.body;
      await calls.transfer(actorOf(request), request.params.id, { type, to });
      return reply.send(undefined);
    },
  });
}
