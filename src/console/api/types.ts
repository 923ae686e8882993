/** The resources of Callplane's API, by the names that its documents give them. */
import type { components } from "./openapi.js";
import type { components as told, LiveEvent } from "./events.js";

type Schemas = components["schemas"];

export type { LiveEvent };
export type Call = told["schemas"]["Call"];
export type CallLeg = told["schemas"]["CallLeg"];
export type Agent = told["schemas"]["Agent"];
export type Queue = told["schemas"]["Queue"];
export type QueueEntry = told["schemas"]["QueueEntry"];
export type Contact = told["schemas"]["Contact"];
export type Department = told["schemas"]["Department"];
export type Switch = told["schemas"]["SnapshotEvent"]["data"]["switches"][number];
export type CallEnd = told["schemas"]["CallEnd"];
export type Me = Schemas["Me"];
export type BrowserSession = Schemas["BrowserSession"];
export type CallLog = Schemas["CallLog"];
export type CallLogDetail = Schemas["CallLogDetail"];
export type Mode = "listen" | "whisper" | "barge";
export type Role = Me["role"];
export type EventOf<T extends LiveEvent["type"]> = Extract<LiveEvent, { type: T }>;
