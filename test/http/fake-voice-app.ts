/** The voice applications of the small world. */
import { invalid, notFound } from "../../src/errors.js";
import type { Actor, Directory } from "../../src/people/index.js";
import type { HttpServices } from "../../src/http/services.js";
import type { WebhookRecord } from "../../src/webhooks/index.js";
import { voiceConfigSettings, type PhoneLineRecord, type VoiceAccountFace, type VoiceApplicationFace, type VoiceConfigRecord, type VoiceConfigurationFace } from "../../src/voice-app/index.js";

interface Ports {
  readonly directory: Directory;
  readonly note: (method: string, ...rest: readonly unknown[]) => void;
}

export function organizationOf(directory: Directory, who: Actor, domain: string | undefined): number {
  if (who.organizationId === null && domain === undefined) throw invalid("domain", "is needed.");
  const id = who.organizationId ?? (domain === undefined ? undefined : directory.organizationByDomain(domain)?.id);
  if (id === undefined) throw notFound("The domain");
  return id;
}

export function fakeVoiceAccounts({ directory, note }: Ports): VoiceAccountFace {
  const at = new Date("2026-11-20T10:00:00Z");
  const account = (who: Actor, domain: string | undefined) => ({ organizationId: organizationOf(directory, who, domain), sid: `AC${"0".repeat(32)}`, createdAt: at, rotatedAt: at, hasPrevious: false });
  const act = (name: string) => async (who: Actor, domain: string | undefined) => {
    const found = account(who, domain);
    note(`account.${name}`);
    return { ...found, authToken: "f".repeat(32) };
  };
  const [create, rotate, forget] = [act("create"), act("rotate"), act("forgetPrevious")];
  return {
    get: account,
    create,
    rotate: (who, _keepsPrevious, domain) => rotate(who, domain),
    forgetPrevious: forget,
  };
}

const AT = new Date("2026-11-20T10:00:00Z");
const configOf = (organizationId: number): VoiceConfigRecord => ({ id: organizationId, organizationId, name: "Main", settings: voiceConfigSettings({}), version: 1, createdAt: AT, updatedAt: AT });
const lineOf = (organizationId: number): PhoneLineRecord => ({
  id: organizationId, organizationId, number: `+1212555010${organizationId}`, name: "Main", targetType: "department", target: "sales", recorded: false, voiceMethod: "POST", fallbackUrl: null, fallbackMethod: "POST",
  fallbackDepartment: null, statusCallback: null, statusCallbackMethod: "POST", trunk: null, callerId: null, signingToken: null, version: 1, createdAt: AT,
});

/** Each organization has one configuration and one line, with its own id as theirs. */
export function fakeVoiceConfiguration({ directory, note }: Ports): VoiceConfigurationFace {
  const find = <T>(who: Actor, id: string, of: (organizationId: number) => T): T => {
    const organizationId = [1, 2].find((each) => String(each) === id && (who.organizationId ?? each) === each);
    if (organizationId === undefined) throw notFound(id.slice(0, 32));
    return of(organizationId);
  };
  const made = async <T>(method: string, found: T): Promise<T> => {
    note(method);
    return found;
  };
  return {
    configs: (who, domain) => [configOf(organizationOf(directory, who, domain))],
    config: (who, id) => find(who, id, configOf),
    createConfig: (who, _name, _settings, domain) => made("config.create", configOf(organizationOf(directory, who, domain))),
    updateConfig: async (who, id) => made("config.update", find(who, id, configOf)),
    removeConfig: async (who, id) => void (await made("config.delete", find(who, id, configOf))),
    lines: (who, domain) => [lineOf(organizationOf(directory, who, domain))],
    line: (who, id) => find(who, id, lineOf),
    createLine: async (who, _line, domain) => made("line.create", lineOf(organizationOf(directory, who, domain))),
    updateLine: async (who, id) => made("line.update", find(who, id, lineOf)),
    removeLine: async (who, id) => void (await made("line.remove", find(who, id, lineOf))),
    numbers: (who, _country, domain) => [{ line: lineOf(organizationOf(directory, who, domain)), country: "US" }],
  };
}

const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const webhookOf = (organizationId: number): WebhookRecord => ({
  id: organizationId, organizationId, url: "https://crm.example.org/callplane", topics: ["call"], description: "", enabled: true, secret: WEBHOOK_SECRET, previousSecret: null, previousUntil: null, disabledAt: null, disabledReason: null,
  version: 1, createdAt: AT, updatedAt: AT,
});

/** Each organization has one webhook, with its own id as the webhook's. */
export function fakeWebhooks({ directory, note }: Ports): HttpServices["webhooks"] {
  const find = (who: Actor, id: string): WebhookRecord => {
    const organizationId = [1, 2].find((each) => String(each) === id && (who.organizationId ?? each) === each);
    if (organizationId === undefined) throw notFound(id.slice(0, 32));
    return webhookOf(organizationId);
  };
  const state = { delivered: 3, failed: 1, dropped: 0, lastAttemptAt: AT, lastStatus: 200, lastError: null, lastDeliveredAt: AT, failingSince: null };
  return {
    list: (who, domain) => [webhookOf(organizationOf(directory, who, domain))],
    get: find,
    async create(who, _webhook, domain) {
      note("webhook.create");
      return webhookOf(organizationOf(directory, who, domain));
    },
    async update(who, id) {
      note("webhook.update");
      return find(who, id);
    },
    async remove(who, id) {
      find(who, id);
      note("webhook.delete");
    },
    async rotate(who, id) {
      note("webhook.rotate");
      return find(who, id);
    },
    async test(who, id) {
      find(who, id);
      note("webhook.test");
      return { id: "00000000-0000-4000-8000-000000000001", delivered: true, status: 200, error: null, durationMs: 12 };
    },
    async deliveries(who, id) {
      find(who, id);
      return { state, items: [{ row: 1, id: "00000000-0000-4000-8000-000000000002", event: "call.ended", attempts: 1, lastError: "The server answered 500.", createdAt: AT, dueAt: AT }], total: 1, next: null };
    },
  };
}

/** The line +12125550101 is the first organization's. */
export const fakeVoiceApplication = (): VoiceApplicationFace => ({
  line: (to) => {
    if (to !== "+12125550101") throw notFound("A phone line of this number");
    return lineOf(1);
  },
  answer: () => "<Response/>",
  tokens: () => [],
  passOn: async () => undefined,
});
