/** The door of the webhooks room: servers of organizations that are told of their events. */
export { endedCall, leftMessage, type EndedCall, type ToldWebhook } from "./call-ends.js";
export { MemoryWebhooks, type WebhookDirectory, type WebhookDirectoryOptions } from "./directory.js";
export { WebhookDispatcher, type DispatcherOptions } from "./dispatcher.js";
export { WebhookSender, type SenderPorts } from "./sender.js";
export { PREVIOUS_MS, WebhookService, type NewWebhook, type WebhookPorts } from "./service.js";
export { shownUrl, shownWebhook, testWebhook, type TestResult } from "./test-event.js";
export { isSecret, isSigned, newSecret, signedHeaders, WEBHOOK_HEADERS, type SignedMessage } from "./signature.js";
export type * from "./types.js";
