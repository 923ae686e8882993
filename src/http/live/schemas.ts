/** What goes out on a stream: the domain events, and what only a stream has. `/docs/events` is generated from this file. */
import { z } from "zod";
import { agentSchema, callId, callSchema, DOMAIN_EVENTS, type EventDefinition, instant, queueSchema, switchSchema } from "../../events/index.js";
import { REMOVAL_REASONS } from "./removal.js";

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
  alive: { description: "The stream is alive: told about every 15 s, without an id, to who asked for it by ?alive=true or with the ticket. It is of no topic.", seenBy: "who asked for it", data: z.object({}) },
  ...DOMAIN_EVENTS,
  "call.removed": {
    description: "The call goes on, or has ended, without you: drop it. `reason`: you, or a supervisor for you, handed it over (`transferred`), also by completing a consultation; a supervisor picked it up from where you parked it (`pickedUp`); it waited or rang, and a colleague has it (`taken`); it waits in another department, or no longer in yours (`moved`); it was joined to another call (`joined`); your phone left it, and others talk on (`left`); your phone rings no more for it (`withdrawn`); it has ended (`ended`).",
    seenBy: "agents who saw the call until now",
    data: z.object({
      callId,
      reason: z.enum(REMOVAL_REASONS),
      to: z
        .object({ type: z.enum(["client", "phonenumber", "department"]).meta({ description: "`client`: an agent; `department`: its queue" }), to: z.string().meta({ description: "The agent's id, or extension where it is no agent's; the number; the department" }) })
        .nullable()
        .meta({ description: "Who has the call since; null: nobody, or it is not known" }),
    }),
  },
} as const satisfies Record<string, EventDefinition>;

export type EventType = keyof typeof EVENTS;
export type EventData<T extends EventType> = z.infer<(typeof EVENTS)[T]["data"]>;

/** What surrounds every event's data, on both transports. */
export const envelopeSchema = z.object({
  id: z.string().nullable().meta({ description: "`<boot>-<n>`, growing; null on every part of a snapshot but the last, and on `alive`. Send the last one back to resume." }),
  type: z.string(),
  at: instant.meta({ description: "ISO 8601. When Callplane told it. When it happened stands in `data`." }),
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
