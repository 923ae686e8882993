/** Face 1: the agent console of seed 000, and the native API in its style. */
import type { HttpApp, RouteFile } from "../app-types.js";
import type { HttpServices } from "../services.js";
import { agentHistory } from "./agent-history.js";
import { bridgeCalls } from "./bridge.js";
import { cancelConsult } from "./cancel.js";
import { completeConsult } from "./complete.js";
import { conference } from "./conference.js";
import { consult } from "./consult.js";
import { sendDigits } from "./dtmf.js";
import { getAgent } from "./get-agent.js";
import { getCall } from "./get-call.js";
import { setDisposition } from "./disposition.js";
import { hangupCall } from "./hangup.js";
import { agentHeartbeat } from "./heartbeat.js";
import { holdCall } from "./hold.js";
import { listAgents } from "./list-agents.js";
import { listCalls } from "./list-calls.js";
import { listQueues } from "./list-queues.js";
import { muteCall } from "./mute.js";
import { originateCall } from "./originate.js";
import { parkCall } from "./park.js";
import { pickupCall } from "./pickup.js";
import { recordCall } from "./record.js";
import { resumeCall } from "./resume.js";
import { setAgentStatus } from "./set-status.js";
import { superviseCall } from "./supervise.js";
import { transferCall } from "./transfer.js";
import { unmuteCall } from "./unmute.js";

const ROUTES: readonly RouteFile[] = [
  listCalls, getCall, originateCall,
  holdCall, resumeCall, transferCall, consult, completeConsult, cancelConsult,
  hangupCall, setDisposition, parkCall, pickupCall, bridgeCalls, muteCall, unmuteCall, sendDigits, recordCall, conference, superviseCall,
  listAgents, getAgent, setAgentStatus, agentHistory, agentHeartbeat, listQueues,
];

export function voicechannel(app: HttpApp, services: HttpServices): void {
  for (const route of ROUTES) route(app, services);
}
