/** What goes out on a stream: the domain events, and what only a stream has. `/docs/events` is generated from this file. */
import { z } from "zod";
import { agentSchema, callId, callSchema, DOMAIN_EVENTS, type EventDefinition, instant, queueSchema, switchSchema } from "../../events/index.js";

export const EVENTS = {
  snapshot: {
    description:
      "What the reader may see now. It comes first, in one or more parts; `part` 1 says: forget what you knew. Only the last part has an id, and what follows goes on from there. Root gets parts for each organization, named in the envelope.",
    seenBy: "everyone",
    data: z.object({
      part: z.int().min(1),
      last: z.boolean(),
      calls: z.array(callSchema).readonly(),
      agents: z.array(agentSchema).readonly(),
      queues: z.array(queueSchema).readonly(),
      switches: z.array(switchSchema).readonly().meta({ description: "Empty for agents" }),
    }),
  },
  ...DOMAIN_EVENTS,
  "call.removed": {
    description: "The call goes on (or ended) without you: it was transferred, picked up or answered by somebody else. Drop it.",
    seenBy: "agents who saw the call until now",
    data: z.object({ callId }),
  },
} as const satisfies Record<string, EventDefinition>;

export type EventType = keyof typeof EVENTS;
export type EventData<T extends EventType> = z.infer<(typeof EVENTS)[T]["data"]>;

/** What surrounds every event's data, on both transports. */
export const envelopeSchema = z.object({
  id: z.string().nullable().meta({ description: "`<boot>-<n>`, growing; null on every part of a snapshot but the last. Send the last one back to resume." }),
  type: z.string(),
  at: instant,
  organization: z.string().nullable().meta({ description: "The SIP domain of the organization that it is about; null for switches and for calls of no organization" }),
  data: z.unknown(),
});

export interface LiveEvent<T extends EventType = EventType> {
  readonly id: string | null;
  readonly type: T;
  readonly at: string;
  readonly organization: string | null;
  readonly data: EventData<T>;
}
