/**
 * Writes the types that the console is checked against, and what its forms are made from, out of the two documents that a server serves: `/docs/json` and `/docs/events`.
 * The server is the built one (`dist/`), with the simulated switch.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import { formsModule } from "./console-forms.js";
import { withDemonstration } from "./demonstration.js";

const TARGET = join(import.meta.dirname, "../src/console/api");

async function document(url) {
  const reply = await fetch(url, { headers: { accept: "application/json" } });
  if (!reply.ok) throw new Error(`${url} answered ${reply.status}.`);
  return reply.json();
}

await withDemonstration(async (url) => {
  const [api, events] = await Promise.all(["/docs/json", "/docs/events"].map((path) => document(url + path)));
  writeFileSync(join(TARGET, "openapi.d.ts"), astToString(await openapiTS(api)));
  writeFileSync(join(TARGET, "forms.ts"), formsModule(api));
  // An event is described by a schema of the same dialect.
  const told = await openapiTS({ openapi: "3.1.0", info: { title: events.info.title, version: events.info.version }, paths: {}, components: { schemas: events.components.schemas } });
  const names = Object.keys(events.components.schemas).filter((name) => name.endsWith("Event"));
  writeFileSync(join(TARGET, "events.d.ts"), `${astToString(told)}\n/** Everything that a stream tells. */\nexport type LiveEvent = ${names.map((name) => `components["schemas"]["${name}"]`).join(" | ")};\n`);
});
