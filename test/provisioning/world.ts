/** The provisioning room on a database in memory, asked as mod_xml_curl asks. */
import { createHash } from "node:crypto";
import { pino } from "pino";
import { CONNECTIONS } from "../support/connection-settings.js";
import { createMetrics, type PrometheusMetrics } from "../../src/prometheus.js";
import { Dialling, type LiveOutsideCalls } from "../../src/dialling/index.js";
import { openDirectory, openStore } from "../../src/store/index.js";
import type { AgentRecord, OrganizationRecord, Store, StoreDirectory } from "../../src/store/index.js";
import { startProvisioning } from "../../src/provisioning/index.js";
import type { Provisioning, ProvisioningOptions } from "../../src/provisioning/index.js";
import { basic } from "../support/basic-auth.js";

export const SECRET = "0123456789abcdef0123456789abcdef";
export const a1 = (user: string, domain: string, password: string): string => createHash("md5").update(`${user}:${domain}:${password}`).digest("hex");

export interface World {
  readonly store: Store;
  readonly directory: StoreDirectory;
  readonly acme: OrganizationRecord;
  readonly beta: OrganizationRecord;
  readonly url: string;
  readonly metrics: PrometheusMetrics;
  readonly room: Provisioning;
  agent(organization: OrganizationRecord, agentId: string, password?: string): Promise<AgentRecord>;
  /** The document; throws unless the answer is 200. */
  ask(fields: Readonly<Record<string, string>>): Promise<string>;
  close(): Promise<void>;
}

export async function openWorld(options: Partial<Pick<ProvisioningOptions, "snapshotDir" | "policy" | "pollMs" | "nodes" | "trackPlace" | "agentOfLeg" | "waitsAnew">> & { readonly databaseUrl?: string; readonly live?: LiveOutsideCalls } = {}): Promise<World> {
  const { databaseUrl = ":memory:", live = { outside: () => 0, knows: () => true }, ...rest } = options;
  const logger = pino({ level: "silent" });
  const store = await openStore(databaseUrl);
  const acme = await store.organizations.create({ name: "acme", domain: "acme.example" });
  const beta = await store.organizations.create({ name: "beta", domain: "beta.example" });
  const directory = await openDirectory(store, { logger });
  const policy = new Dialling({ directory, live, audit: { append: () => undefined }, metrics: { dialRefused: () => undefined } });
  const metrics = createMetrics();
  const room = await startProvisioning({ agentOfLeg: () => null, waitsAnew: () => undefined, metrics, connections: CONNECTIONS, store, directory, policy, trackPlace: () => undefined, nodes: { all: () => [] }, logger, listen: { host: "127.0.0.1", port: 0 }, secret: Buffer.from(SECRET), snapshotDir: null, ...rest });
  return {
    store,
    directory,
    acme,
    beta,
    url: room.url,
    metrics,
    room,
    async agent(organization, agentId, password) {
      const made = await store.agents.create({ organizationId: organization.id, agentId });
      if (password !== undefined) await store.agents.setSipPassword(made.id, a1(agentId, organization.domain, password));
      return made;
    },
    async ask(fields) {
      const response = await fetch(`${room.url}/freeswitch`, { method: "POST", headers: { authorization: basic("freeswitch", SECRET) }, body: new URLSearchParams({ hostname: "fs", ...fields }) });
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${response.status} ${text}`);
      return text;
    },
    async close() {
      await room.close();
      directory.close();
      await store.close();
    },
  };
}

/** What FreeSWITCH asks to authenticate a phone that answered its challenge with this password (sofia_reg.c); `said`: what its headers say instead of the truth. */
export function authentication(user: string, domain: string, password: string, said: Readonly<Record<string, string>> = {}): Record<string, string> {
  const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
  const [nonce, nc, cnonce, qop, uri, method] = ["n0nce", "00000001", "cn", "auth", `sip:${domain}`, "REGISTER"];
  const response = md5(`${a1(user, domain, password)}:${nonce}:${nc}:${cnonce}:${qop}:${md5(`${method}:${uri}`)}`);
  return {
    section: "directory", tag_name: "domain", key_name: "name", key_value: domain, action: "sip_auth", sip_profile: "internal", user, domain, key: "id",
    sip_auth_username: user, sip_auth_realm: domain, sip_auth_nonce: nonce, sip_auth_uri: uri, sip_auth_qop: qop, sip_auth_cnonce: cnonce, sip_auth_nc: nc, sip_auth_response: response, sip_auth_method: method,
    sip_from_user: user, sip_from_host: domain, sip_to_user: user, sip_to_host: domain, ...said,
  };
}

export const lookUp = (user: string, domain: string): Record<string, string> => ({ section: "directory", tag_name: "domain", key_name: "name", key_value: domain, user, domain, key: "id" });
export const dial = (context: string, destination: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({ section: "dialplan", "Hunt-Context": context, "Hunt-Destination-Number": destination, ...more });
