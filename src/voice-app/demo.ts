/** The demonstration's phone line: a menu that a newcomer hears, and changes over the API. */
import type { VoiceConfigRecord, VoiceConfigRepository } from "./config.js";
import type { PhoneLineRepository } from "./lines.js";

/** Of a range that is nobody's. */
export const DEMO_LINE = "+12125550100";

/** Where the bot answers, whatever its port. */
export const DEMO_BOT_PATH = "/demonstration-bot";

interface DemoLineStore {
  readonly voiceConfigs: Pick<VoiceConfigRepository, "create">;
  readonly phoneLines: Pick<PhoneLineRepository, "create" | "list">;
}

/** Makes the line with its configuration where the organization has no line at all; it has the departments and the agent that the menu names. */
export async function seedDemoLine(store: DemoLineStore, organizationId: number): Promise<void> {
  if ((await store.phoneLines.list(organizationId)).length > 0) return;
  const { id } = await store.voiceConfigs.create(organizationId, "Welcome", {
    greeting: { type: "say", text: "Welcome to the demonstration." },
    menu: {
      prompt: { type: "say", text: "For support press 1. For sales press 2. To talk to an agent press 3. To hear yourself press 4. To leave a message press star." },
      keys: { 1: { type: "department", to: "support" }, 2: { type: "department", to: "sales" }, 3: { type: "client", to: "1001" }, 4: { type: "url", to: `http://127.0.0.1${DEMO_BOT_PATH}`, method: "POST" }, "*": { type: "voicemail" } },
      tries: 2,
      timeoutS: 5,
      invalid: { type: "say", text: "That is none of the choices." },
    },
    target: { type: "department", to: "support" },
  });
  await store.phoneLines.create({ organizationId, number: DEMO_LINE, name: "Demonstration", targetType: "config", target: String(id), fallbackDepartment: "support" });
}

/** Leads whatever leads to the demonstration's bot to where it answers after this start; what somebody has made of the configurations since is left alone. */
export async function offerBot(store: { readonly voiceConfigs: Pick<VoiceConfigRepository, "list" | "update"> }, organizationId: number, voiceUrl: string): Promise<void> {
  const moved = (target: Target): Target => (isBots(target) ? { type: "url", to: voiceUrl, method: "POST" } : target);
  for (const { id, settings } of await store.voiceConfigs.list(organizationId)) {
    const { menu, target, unanswered } = settings;
    if (![target, unanswered, ...Object.values(menu?.keys ?? {})].some(isBots)) continue;
    const keys = Object.fromEntries(Object.entries(menu?.keys ?? {}).map(([key, its]) => [key, moved(its)]));
    await store.voiceConfigs.update(organizationId, id, { menu: menu === null ? null : { ...menu, keys }, target: moved(target), unanswered: moved(unanswered) });
  }
}

type Target = VoiceConfigRecord["settings"]["target"];

/** By its path: an application of the newcomer's may be on this machine, too. */
const isBots = (target: Target): boolean => {
  if (target.type !== "url") return false;
  const { hostname, pathname } = new URL(target.to);
  return hostname === "127.0.0.1" && pathname === DEMO_BOT_PATH;
};
