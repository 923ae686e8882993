/** Narrows a stream to topics: the types of the events that it tells. */
import { z } from "zod";
import { EVENT_KINDS, isOfTopics } from "../../events/index.js";
import { invalid } from "../../errors.js";
import { text } from "../schemas.js";
import { EVENTS, type EventType } from "./schemas.js";

/** What keeps each list of the snapshot up to date: who is told it gets the list. */
export const LISTS = { calls: "call.updated", agents: "agent.updated", queues: "queue.updated", switches: "switch.status" } as const satisfies Record<string, EventType>;

/** The types of the events that a stream tells besides the snapshot; null: all. */
export type Told = ReadonlySet<EventType> | null;

const isType = (type: string): type is EventType => type in EVENTS && type !== "snapshot" && type !== "alive";
const TYPES: readonly EventType[] = Object.keys(EVENTS).filter(isType);
const KINDS = EVENT_KINDS.filter((kind) => TYPES.some((type) => isOfTopics([kind], type)));

const MAX_TOPICS = 50;
const ABOUT = `Kinds (${KINDS.map((kind) => `\`${kind}\``).join(", ")}) and types (\`call.ended\`) of the events that the stream tells; by default all`;

const isTopic = (word: string): boolean => isType(word) || KINDS.includes(word);

/** In the body of a ticket. */
export const Topics = z.array(text(64).refine(isTopic, "is no kind and no type of event.").meta({ examples: ["call"] })).min(1).max(MAX_TOPICS).meta({ description: `${ABOUT}. ?topics= can narrow the stream further, not widen it.` });

/** In a query: separated by commas. */
export const TopicsQuery = text(2000).meta({ description: `${ABOUT}. Separated by commas`, examples: ["call,agent.status"] });

/** The topics of a query; null: none are named. Throws InvalidParameter. */
export function topicsIn(query: string | null): readonly string[] | null {
  if (query === null) return null;
  const words = query.split(",");
  if (words.length > MAX_TOPICS) throw invalid("topics", `are more than ${MAX_TOPICS}.`);
  const stranger = words.find((word) => !isTopic(word));
  if (stranger !== undefined) throw invalid("topics", `name ${JSON.stringify(stranger)}, which is no kind and no type of event.`);
  return words;
}

/** What is of all of these topics. */
export function toldOf(...limits: readonly (readonly string[] | null)[]): Told {
  const given = limits.flatMap((topics) => (topics === null ? [] : [topics]));
  return given.length === 0 ? null : new Set(TYPES.filter((type) => given.every((topics) => isOfTopics(topics, type))));
}
