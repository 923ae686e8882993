/** Face 2: the call logs of seed 001, and the recordings that they name. */
import type { HttpApp, RouteFile } from "../app-types.js";
import type { HttpServices } from "../services.js";
import { createCallLog } from "./create.js";
import { exportCallLogs } from "./export.js";
import { getCallLog } from "./get.js";
import { getRecording } from "./get-recording.js";
import { listCallLogs } from "./list.js";
import { recordingContent } from "./recording-content.js";
import { deleteCallLog } from "./remove.js";
import { updateCallLog } from "./update.js";

const ROUTES: readonly RouteFile[] = [listCallLogs, exportCallLogs, getCallLog, createCallLog, updateCallLog, deleteCallLog, getRecording, recordingContent];

export function callLogRoutes(app: HttpApp, services: HttpServices): void {
  for (const route of ROUTES) route(app, services);
}
