/** Acts on one call, `POST /calls/<id>:<name>`: they are answered, with nothing, when FreeSWITCH has confirmed them. */
import type { CallService } from "../calls/index.js";
import type { Actor } from "../people/index.js";
import { actorOf, onCall } from "./access.js";
import type { HttpApp } from "./app-types.js";
import { CallParams, Empty, NoContent, Target, errors } from "./schemas.js";
import type { HttpServices } from "./services.js";

export const actUrl = (name: string): string => `/calls/:id(^[^:]+)::${name}`;

/** An act that needs nothing but the call. */
export interface CallAct {
  readonly name: string;
  readonly operationId: string;
  readonly summary: string;
  readonly run: (calls: CallService, actor: Actor, id: string) => Promise<unknown>;
}

export function addCallActs(app: HttpApp, { calls }: HttpServices, acts: readonly CallAct[]): void {
  for (const { name, operationId, summary, run } of acts) {
    app.route({
      method: "POST",
      url: actUrl(name),
      schema: { operationId, tags: ["calls"], summary, params: CallParams, body: Empty, response: { 200: NoContent, ...errors } },
      config: { access: onCall() },
      async handler(request, reply) {
        await run(calls, actorOf(request), request.params.id);
        return reply.send(undefined);
      },
    });
  }
}

export function addTransfer(app: HttpApp, { calls }: HttpServices, operationId: string): void {
  app.route({
    method: "POST",
    url: actUrl("transfer"),
    schema: {
      operationId,
      tags: ["calls"],
      summary: "Transfer the call; the caller is never lost.",
      description: "Answers when the target has answered and is bridged. On busy, no answer or refusal the call is back with the agent, and the reply is 409.",
      params: CallParams,
      body: Target,
      response: { 200: NoContent, ...errors },
    },
    config: { access: onCall(), idempotent: true },
    async handler(request, reply) {
      await calls.transfer(actorOf(request), request.params.id, request.body);
      return reply.send(undefined);
    },
  });
}
