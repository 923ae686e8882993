/** Face 4: seed 003. */
import type { HttpApp } from "../app-types.js";
import type { HttpServices } from "../services.js";
import { eavesdropChannel } from "./eavesdrop.js";
import { hangupChannel } from "./hangup.js";
import { listChannels } from "./list.js";
import { originateChannel } from "./originate.js";
import { updateChannel } from "./update.js";

export function webitel(app: HttpApp, services: HttpServices): void {
  for (const route of [listChannels, originateChannel, updateChannel, hangupChannel, eavesdropChannel]) route(app, services);
}
