/** Face 3: seed 002. */
import type { HttpApp } from "../app-types.js";
import type { HttpServices } from "../services.js";
import { callHangup } from "./hangup.js";
import { callList } from "./list.js";
import { callOriginate } from "./originate.js";
import { parkCurrent } from "./park.js";
import { callPickup } from "./pickup.js";
import { callQueue } from "./queue.js";
import { callState } from "./state.js";
import { transferToSource } from "./transfer.js";

export function callFace(app: HttpApp, services: HttpServices): void {
  for (const route of [transferToSource, parkCurrent, callState, callList, callQueue, callOriginate, callPickup, callHangup]) route(app, services);
}
