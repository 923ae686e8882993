/** Face 2: the voice agents of seed 001, and departments. */
import type { HttpApp, RouteFile } from "../app-types.js";
import type { HttpServices } from "../services.js";
import { createVoiceAgent } from "./create-agent.js";
import { createDepartment, getDepartment, listDepartments, removeDepartment, updateDepartment } from "./departments.js";
import { getVoiceAgent } from "./get-agent.js";
import { listVoiceAgents } from "./list-agents.js";
import { removeVoiceAgent } from "./remove-agent.js";
import { listSounds } from "./sounds.js";
import { resetCredentials } from "./reset-credentials.js";
import { updateVoiceAgent } from "./update-agent.js";

const ROUTES: readonly RouteFile[] = [
  listVoiceAgents, getVoiceAgent, createVoiceAgent, updateVoiceAgent, removeVoiceAgent, resetCredentials,
  listDepartments, getDepartment, createDepartment, updateDepartment, removeDepartment,
  listSounds,
];

export function voiceconfig(app: HttpApp, services: HttpServices): void {
  for (const route of ROUTES) route(app, services);
}
