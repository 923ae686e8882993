/** Face 1: the agent console of `seeds/000_e2594b29d1bf22c7.txt`, and the native API in its style. */
import type { Face } from "../app-types.js";
import { callActs } from "./acts.js";
import { agentRoutes } from "./agents.js";
import { callRoutes } from "./calls.js";
import { directoryRoutes } from "./directory.js";
import { queueRoutes } from "./queues.js";
import { reportRoutes } from "./reports.js";
import { streamRoutes } from "./streams.js";
import { supervisorRoutes } from "./supervisors.js";

export const voicechannel: Face = (app, services) => {
  callRoutes(app, services);
  callActs(app, services);
  supervisorRoutes(app, services);
  streamRoutes(app, services);
  agentRoutes(app, services);
  queueRoutes(app, services);
  directoryRoutes(app, services);
  reportRoutes(app, services);
};
