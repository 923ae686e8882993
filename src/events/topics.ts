/** What a reader may be narrowed to: a type of event, or the word before its dot for all of that kind. */
import { DOMAIN_EVENTS, WEBHOOK_EVENTS } from "./schemas.js";

const kindOf = (type: string): string => type.slice(0, type.indexOf("."));

/** `call`, `agent`, …: the words before the dots. */
export const EVENT_KINDS: readonly string[] = [...new Set(Object.keys({ ...DOMAIN_EVENTS, ...WEBHOOK_EVENTS }).map(kindOf))];

const TOPICS: ReadonlySet<string> = new Set([...EVENT_KINDS, ...Object.keys({ ...DOMAIN_EVENTS, ...WEBHOOK_EVENTS })]);

/** Whether it is a type of event, or the kind of some. */
export const isTopic = (word: string): boolean => TOPICS.has(word);

/** Whether an event of this type belongs to one of the topics. */
export const isOfTopics = (topics: readonly string[], type: string): boolean => topics.includes(type) || topics.includes(kindOf(type));
