/** Face 5: seed 004. */
import type { HttpApp, RouteFile } from "../app-types.js";
import type { HttpServices } from "../services.js";
import { hangup } from "./hangup.js";
import { listCallRows } from "./list.js";
import { parkLeg } from "./park.js";
import { supervise } from "./supervise.js";
import { transferLeg } from "./transfer.js";

const ROUTES: readonly RouteFile[] = [
  listCallRows,
  transferLeg,
  supervise("listen", "v1Listen", "Listen to the call."),
  supervise("whisper", "v1Whisper", "Talk to the agent; the customer does not hear it."),
  supervise("barge", "v1Barge", "Join the call; all three hear each other."),
  parkLeg,
  hangup,
];

export function tel4vn(app: HttpApp, services: HttpServices): void {
  for (const route of ROUTES) route(app, services);
}
