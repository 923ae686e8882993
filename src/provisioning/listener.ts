/** The HTTP listener for mod_xml_curl, apart from the public one; every request needs the secret. */
import { createHash, timingSafeEqual } from "node:crypto";
import Fastify from "fastify";
import type { FastifyInstance } from "fastify";
import { Connections, type ConnectionSettings } from "../connections/index.js";
import type { Logger } from "../logger.js";
import type { Metrics } from "../metrics.js";
import { NOT_FOUND } from "../freeswitch/index.js";
import { SwitchRequest } from "./request.js";

/** The user name of the gateway-credentials; the secret is the password. */
export const PROVISIONING_USER = "freeswitch";
/** A dialplan request carries all of a channel's variables. */
const MAX_BODY_BYTES = 1024 * 1024;
const FORM = "application/x-www-form-urlencoded";

/** What mod_xml_curl asks for (switch_xml.c); a label of the metrics takes nothing else. */
const SECTIONS: ReadonlySet<string> = new Set(["directory", "dialplan", "configuration", "phrases", "chatplan", "languages"]);

export interface ListenerOptions {
  readonly secret: Uint8Array;
  /** The document for one request. */
  readonly answer: (request: SwitchRequest) => string;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, "provisioningAnswered" | "provisioningRefused" | "connectionEnded">;
  readonly connections: ConnectionSettings;
}

const digest = (value: string | Uint8Array): Buffer => createHash("sha256").update(value).digest();

export function createProvisioningListener({ secret, answer, logger, metrics, connections: settings }: ListenerOptions): FastifyInstance {
  const expected = digest(`Basic ${Buffer.from(`${PROVISIONING_USER}:${Buffer.from(secret).toString("utf8")}`).toString("base64")}`);
  // No request log: a form holds a phone's digest response.
  const connections = new Connections({ settings, peersAreProxies: false, metrics });
  const app = Fastify({ logger: false, serverFactory: connections.server, bodyLimit: MAX_BODY_BYTES, forceCloseConnections: "idle" });
  app.addHook("onClose", async () => connections.close());
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(FORM, { parseAs: "string" }, (_request, body, done) => done(null, body));

  app.addHook("onRequest", async (request, reply) => {
    const { authorization } = request.headers;
    if (authorization === undefined) {
      metrics.provisioningRefused();
      return reply.code(401).header("www-authenticate", 'Basic realm="callplane"').type("text/plain").send("Credentials are needed.\n");
    }
    // Digests, so that the lengths are equal and the comparison takes as long for any guess.
    if (timingSafeEqual(digest(authorization), expected)) {
      connections.proven(request.raw.socket);
      return undefined;
    }
    metrics.provisioningRefused();
    logger.warn({ address: request.ip }, "a request to the provisioning listener had wrong credentials");
    return reply.code(403).type("text/plain").send("The credentials are wrong.\n");
  });

  app.post("/freeswitch", async (request, reply) => {
    const began = performance.now();
    const form = new SwitchRequest(typeof request.body === "string" ? request.body : "");
    let document: string;
    try {
      document = answer(form);
    } catch (error) {
      // FreeSWITCH then asks its next binding, as it does while Callplane is away.
      logger.error({ err: error, section: form.get("section") }, "a request of FreeSWITCH could not be answered");
      document = NOT_FOUND;
    }
    const section = form.get("section") ?? "";
    metrics.provisioningAnswered(SECTIONS.has(section) ? section : "other", (performance.now() - began) / 1000);
    return reply.header("cache-control", "no-store").type("text/xml; charset=utf-8").send(document);
  });
  return app;
}
