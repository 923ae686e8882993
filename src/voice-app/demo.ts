/** The demonstration's phone line: a menu that a newcomer hears, and changes over the API. */
import type { VoiceConfigRecord, VoiceConfigRepository } from "./config.js";
import type { PhoneLineRepository } from "./lines.js";

/** Of a range that is nobody's. */
export const DEMO_LINE = "+12125550100";

const NAME = "Welcome";
const BOT_KEY = "4";

interface DemoLineStore {
  readonly voiceConfigs: Pick<VoiceConfigRepository, "create">;
  readonly phoneLines: Pick<PhoneLineRepository, "create" | "list">;
}

/** Makes the line with its configuration where the organization has no line at all; it has the departments and the agent that the menu names. */
export async function seedDemoLine(store: DemoLineStore, organizationId: number): Promise<void> {
  if ((await store.phoneLines.list(organizationId)).length > 0) return;
  const { id } = await store.voiceConfigs.create(organizationId, NAME, {
    greeting: { type: "say", text: "Welcome to the demonstration." },
    menu: {
      prompt: { type: "say", text: "For support press 1. For sales press 2. To talk to an agent press 3. To hear yourself press 4. To leave a message press star." },
      keys: { 1: { type: "department", to: "support" }, 2: { type: "department", to: "sales" }, 3: { type: "client", to: "1001" }, "*": { type: "voicemail" } },
      tries: 2,
      timeoutS: 5,
      invalid: { type: "say", text: "That is none of the choices." },
    },
    target: { type: "department", to: "support" },
  });
  await store.phoneLines.create({ organizationId, number: DEMO_LINE, name: "Demonstration", targetType: "config", target: String(id), fallbackDepartment: "support" });
}

/** Leads the menu's key to the demonstration's bot, which answers at another address after each start; what somebody has made of the key since is left alone. */
export async function offerBot(store: { readonly voiceConfigs: Pick<VoiceConfigRepository, "list" | "update"> }, organizationId: number, voiceUrl: string): Promise<void> {
  const config = (await store.voiceConfigs.list(organizationId)).find(({ name }) => name === NAME);
  const menu = config?.settings.menu ?? null;
  if (config === undefined || menu === null || !isBots(menu.keys[BOT_KEY])) return;
  await store.voiceConfigs.update(organizationId, config.id, { menu: { ...menu, keys: { ...menu.keys, [BOT_KEY]: { type: "url", to: voiceUrl, method: "POST" } } } });
}

type Target = VoiceConfigRecord["settings"]["target"];
const isBots = (target: Target | undefined): boolean => target === undefined || (target.type === "url" && new URL(target.to).hostname === "127.0.0.1");
