import { z } from "zod";
import { envelopeSchema, EVENTS } from "./schemas.js";
import { HUB_LIMITS } from "./limits.js";
import { TICKET_MS } from "./tickets.js";
import { CLOSE_CODES } from "./web-socket.js";

const PING_S = HUB_LIMITS.pingMs / 1000;

const TRANSPORTS = {
  "GET /events": "Server-sent events: `id`, `event` (the type) and `data` (the envelope as JSON). Resumes by the header Last-Event-ID or ?lastEventId=. Before the server ends a stream it sends `event: dropped` (data `{\"reason\"}`: slow, unauthorized or failed) or `event: closed` (shutdown), without an id.",
  "GET /ws": `WebSocket: one text message an event, the envelope as JSON. Resumes by ?lastEventId=. Nothing is read from the client. Close codes: ${Object.entries(CLOSE_CODES).map(([reason, code]) => `${code} ${reason}`).join(", ")}.`,
  "POST /events/tickets": `For browsers, which cannot set headers there: {ticket, expires}, good for one connection within ${TICKET_MS / 1000} s as ?ticket=. With {"presence": true} that connection counts as the heartbeats of the token's agent while it is open, as one that is opened with a token always does. On a WebSocket a console that has vanished is noticed within ${2 * PING_S} s; with server-sent events only when TCP gives up, which may take a quarter of an hour. Get a new one for each connection, and pass the last id as ?lastEventId=.`,
} as const;

/** The document of `GET /docs/events`, made from the schemas that the events are made by. */
export function eventsDocument() {
  return {
    title: "Callplane live events",
    description: "A snapshot first, then changes in order. When an agent's departments change (for root, the organizations), a snapshot comes again and replaces what was shown. An unknown or too old last id gets a fresh snapshot. Ids grow and may have gaps: what others see is numbered too.",
    transports: TRANSPORTS,
    envelope: z.toJSONSchema(envelopeSchema),
    events: Object.entries(EVENTS).map(([type, { description, seenBy, data }]) => ({ type, description, seenBy, data: z.toJSONSchema(data) })),
  };
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");

/** The same for people. No script and no style of its own, so that the strictest content security policy holds. */
export function eventsPage(): string {
  const { title, description, transports, envelope, events } = eventsDocument();
  const schema = (value: unknown): string => `<pre>${escape(JSON.stringify(value, null, 2))}</pre>`;
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title></head><body>`,
    `<h1>${escape(title)}</h1><p>${escape(description)}</p><h2>How to read them</h2><dl>`,
    ...Object.entries(transports).map(([route, text]) => `<dt><code>${escape(route)}</code></dt><dd>${escape(text)}</dd>`),
    `</dl><h2>Envelope</h2>${schema(envelope)}<h2>Events</h2>`,
    ...events.map(({ type, description: text, seenBy, data }) => `<h3><code>${escape(type)}</code></h3><p>${escape(text)}</p><p>Seen by: ${escape(seenBy)}</p>${schema(data)}`),
    "</body></html>",
  ].join("\n");
}
