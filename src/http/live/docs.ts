/** The live events for people. No script and no style of its own, so that the strictest content security policy holds. */
import { listOf, objectOf, type JsonObject } from "../openapi/json.js";
import { CHANNELS, eventsDocument } from "./asyncapi.js";

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
const text = (value: unknown): string => (typeof value === "string" ? escape(value).replace(/`([^`]+)`/g, "<code>$1</code>") : "");
const json = (value: unknown): string => `<pre>${escape(JSON.stringify(value, null, 2))}</pre>`;
const entries = (value: unknown): readonly (readonly [string, JsonObject])[] => Object.entries(objectOf(value)).map(([name, each]) => [name, objectOf(each)]);

export function eventsPage(): string {
  const { info, components } = eventsDocument();
  const { title, description } = objectOf(info);
  const { messages, schemas } = objectOf(components);
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${text(title)}</title></head><body>`,
    `<h1>${text(title)}</h1>${text(description).split("\n\n").map((paragraph) => `<p>${paragraph}</p>`).join("")}<p>As AsyncAPI: <code>Accept: application/json</code>.</p><h2>How to read them</h2><dl>`,
    ...Object.values(CHANNELS).map(({ method, address, title: name, description: how }) => `<dt><code>${method} ${text(address)}</code> ${text(name)}</dt><dd>${text(how)}</dd>`),
    "</dl><h2>Events</h2>",
    ...entries(messages).map(([, { name, summary, description: seenBy, examples }]) => `<h3><code>${text(name)}</code></h3><p>${text(summary)}</p><p>${text(seenBy)}</p>${json(objectOf(listOf(examples)[0])["payload"])}`),
    "<h2>Schemas</h2>",
    ...entries(schemas).map(([name, schema]) => `<h3 id="${escape(name)}">${escape(name)}</h3>${json(schema)}`),
    "</body></html>",
  ].join("\n");
}
