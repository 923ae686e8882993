/** The HTTP app: everything that it registers, in the order in which a request meets it. */
import Fastify, { LogController, type FastifyInstance } from "fastify";
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { addAccessControl } from "./access.js";
import { addAuthentication } from "./authentication.js";
import type { Face } from "./app-types.js";
import { auditFace } from "./audit.js";
import { BODY_LIMIT_BYTES, addBodyParsing } from "./body.js";
import { callLogRoutes } from "./call-logs/index.js";
import { messageRoutes } from "./call-logs/messages.js";
import { callFace } from "./call/index.js";
import { addConsole } from "./console-pages.js";
import { demonstrationFace } from "./demonstration.js";
import { Connections } from "../connections/index.js";
import { addErrorHandling, sendError, toCallplaneError } from "./errors.js";
import type { Front } from "./front.js";
import { addIdempotency } from "./idempotency.js";
import { addRequestLog, logRequest, requestId } from "./logging.js";
import { collectMethods } from "./method-not-allowed.js";
import { addOpenApi } from "./openapi/index.js";
import { addReplyBudget } from "./reply-budget.js";
import { addRateLimit } from "./rate-limit.js";
import { addSecurityHeaders } from "./security-headers.js";
import type { HttpServices } from "./services.js";
import { addCors } from "./origins.js";
import { browserSession } from "./browser-session.js";
import { session } from "./session.js";
import { addLocations, addStrictQueries } from "./shape.js";
import { system } from "./system/index.js";
import { tel4vn } from "./tel4vn.js";
import { voicechannel } from "./voicechannel/index.js";
import { voiceAccount } from "./voiceconfig/account.js";
import { voiceAgents } from "./voiceconfig/agents.js";
import { callbacks } from "./voiceconfig/callbacks.js";
import { voiceConfigCalls } from "./voiceconfig/calls.js";
import { voiceConfigs } from "./voiceconfig/configs.js";
import { departments } from "./voiceconfig/departments.js";
import { organizations } from "./voiceconfig/organizations.js";
import { tokens } from "./voiceconfig/tokens.js";
import { trunks } from "./voiceconfig/trunks.js";
import { users } from "./voiceconfig/users.js";
import { sharedNumbers } from "./voiceconfig/directory.js";
import { usedBy } from "./voiceconfig/used-by.js";
import { phoneLines } from "./voiceconfig/phone-lines.js";
import { webhooks } from "./voiceconfig/webhooks.js";
import { voiceApplication } from "./voice-application.js";
import { twilioRest } from "./twilio-rest/index.js";
import { voicetwilio } from "./voicetwilio.js";
import { webitel } from "./webitel.js";

/** The longest path parameter that a schema gets to see; Node.js itself refuses headers over 16 KB. */
const MAX_PARAMETER_LENGTH = 16 * 1024;

const FACES: readonly (readonly [prefix: string, face: Face])[] = [
  ["", session],
  ["", browserSession],
  ["", demonstrationFace],
  ["", auditFace],
  ["", system],
  ["/voicechannel", voicechannel],
  ["/call", callFace],
  ["/voiceconfig", callLogRoutes],
  ["/voiceconfig", messageRoutes],
  ["/voiceconfig", callbacks],
  ["/voiceconfig", voiceAgents],
  ["/voiceconfig", departments],
  ["/voiceconfig", organizations],
  ["/voiceconfig", usedBy],
  ["/voiceconfig", users],
  ["/voiceconfig", tokens],
  ["/voiceconfig", trunks],
  ["/voiceconfig", sharedNumbers],
  ["/voiceconfig", voiceAccount],
  ["/voiceconfig", voiceConfigs],
  ["/voiceconfig", phoneLines],
  ["/voiceconfig", webhooks],
  ["/voiceconfig", voiceConfigCalls],
  ["/voicetwilio", voicetwilio],
  ["/voicetwilio", voiceApplication],
  ["/2010-04-01", twilioRest],
  ["/api/v2/channels", webitel],
  ["/v1/call", tel4vn],
];

type Plugin = (scope: FastifyInstance) => Promise<void>;

/** Fastify looks for a plugin without a name among all CommonJS modules of the process. */
const named = (name: string, plugin: Plugin): Plugin => Object.assign(plugin, { [Symbol.for("fastify.display-name")]: name });

/** Builds the app; the caller closes it, and listens unless a front does. `ready()` rejects when a route does not declare who may use it. */
export function createApp(services: HttpServices, front: Pick<Front, "connections" | "server"> | null = null): FastifyInstance {
  const { config, metrics } = services;
  const connections = front?.connections ?? new Connections({ settings: config, peersAreProxies: config.trustProxy, metrics });
  const app = Fastify({
    serverFactory: front?.server ?? connections.server,
    loggerInstance: services.logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    requestIdHeader: false,
    genReqId: requestId,
    bodyLimit: BODY_LIMIT_BYTES,
    // One hop: what a client itself writes into X-Forwarded-For is not believed.
    trustProxy: config.trustProxy ? (_address, hop) => hop === 0 : false,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    // No hook runs for a path that cannot be routed.
    frameworkErrors(error, request, reply) {
      const refusal = toCallplaneError(error);
      void reply.header("x-request-id", request.id);
      void sendError(refusal, request, reply);
      logRequest(request, reply.statusCode, 0, metrics);
    },
    // The front refuses what comes while closing, with the error body of the path's face.
    return503OnClosing: false,
    forceCloseConnections: "idle",
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest("actor", null);
  app.decorateRequest("refusal", null);
  app.decorateRequest("claimedKey", null);
  app.decorateRequest("callIds");
  app.addHook("onRequest", async (request, reply) => {
    request.callIds = [];
    void reply.header("cache-control", "no-store");
  });

  if (front === null) app.addHook("onClose", async () => connections.close());

  const addMethodNotAllowed = collectMethods(app, MAX_PARAMETER_LENGTH);
  addRequestLog(app, services);
  addCors(app, config);
  addErrorHandling(app, services);
  addSecurityHeaders(app);
  addBodyParsing(app);
  // Before requests are counted: a page is some thirty files, and the people of an office who load a new version together are one address.
  if (services.console !== undefined) addConsole(app, services.console);
  addAuthentication(app, services, addRateLimit(app, services), connections);
  addAccessControl(app, services);
  addIdempotency(app, services);
  addReplyBudget(app, services);
  addStrictQueries(app);
  addLocations(app);
  addOpenApi(app, config.publicUrl);
  addMethodNotAllowed();

  for (const [prefix, face] of FACES) app.register(named(face.name, async (scope) => face(scope.withTypeProvider<ZodTypeProvider>(), services)), { prefix });
  const { registerLive } = services;
  if (registerLive !== undefined) app.register(named("live", async (scope) => registerLive(scope, connections)));
  return app;
}
