/** The door of the events room: the domain events, and the schemas that they share with the lists. */
export * from "./contacts.js";
export * from "./resources.js";
export * from "./schemas.js";
export * from "./settings-resources.js";
export { EVENT_KINDS, isOfTopics, isTopic } from "./topics.js";
export { settingsOf } from "./organization-news.js";
export { SYSTEM } from "./call-events.js";
export { DomainEvents, type DomainEventsOptions, type SettingsFact } from "./domain-events.js";
export type { CallEvent, DomainEvent } from "./outbox.js";
