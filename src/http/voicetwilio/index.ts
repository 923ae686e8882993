/** Face 2: the agent console of seed 001, over the same services as face 1, and its client tokens. */
import type { HttpApp, RouteFile } from "../app-types.js";
import type { HttpServices } from "../services.js";
import { createClientToken } from "./create-token.js";
import { getClientToken } from "./get-token.js";
import { holdTwilioCall } from "./hold.js";
import { resumeTwilioCall } from "./resume.js";
import { setAgentAvailable } from "./set-available.js";
import { transferTwilioCall } from "./transfer.js";

const ROUTES: readonly RouteFile[] = [getClientToken, createClientToken, transferTwilioCall, holdTwilioCall, resumeTwilioCall, setAgentAvailable];

export function voicetwilio(app: HttpApp, services: HttpServices): void {
  for (const route of ROUTES) route(app, services);
}
