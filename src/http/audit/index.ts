/** The audit log, for administrators. */
import type { HttpApp } from "../app-types.js";
import type { HttpServices } from "../services.js";
import { listAudit } from "./list.js";

export function auditFace(app: HttpApp, services: HttpServices): void {
  listAudit(app, services);
}
