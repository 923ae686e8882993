/** Health, metrics and documentation. */
import type { HttpApp } from "../app-types.js";
import type { HttpServices } from "../services.js";
import { docs } from "./docs.js";
import { docsJson } from "./docs-json.js";
import { live } from "./live.js";
import { metrics } from "./metrics.js";
import { ready } from "./ready.js";

export function system(app: HttpApp, services: HttpServices): void {
  for (const route of [live, ready, metrics, docs, docsJson]) route(app, services);
}
