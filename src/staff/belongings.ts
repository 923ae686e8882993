/** What is removed with an organization. */
import type { CallRecordStore } from "../call-logs/index.js";
import type { OrganizationRecord } from "../people/index.js";
import type { PhoneLineRepository } from "../provisioning/index.js";
import type { CallbackStore } from "../queues/index.js";
import type { VoiceConfigRepository } from "../voice-app/index.js";
import type { AdministeredRepositories } from "./administration.js";

interface BelongingsStore extends Omit<AdministeredRepositories, "organizations"> {
  readonly phoneLines: Pick<PhoneLineRepository, "list">;
  readonly voiceConfigs: Pick<VoiceConfigRepository, "list">;
  readonly callbacks: Pick<CallbackStore, "open">;
  readonly callRecords: Pick<CallRecordStore, "open">;
}

/** Counts what is removed with an organization. */
export async function belongings(store: BelongingsStore, { id, departments }: OrganizationRecord): Promise<ReadonlyMap<string, number>> {
  const [users, agents, lines, configs, trunks, tokens, callbacks, calls] = await Promise.all([
    store.users.list(id),
    store.agents.list(id),
    store.phoneLines.list(id),
    store.voiceConfigs.list(id),
    store.trunks.list(id),
    store.tokens.list({ services: true }),
    store.callbacks.open(),
    store.callRecords.open(),
  ]);
  const own = (all: readonly { readonly organizationId: number | null }[]): number => all.filter(({ organizationId }) => organizationId === id).length;
  const counts: readonly (readonly [string, number])[] = [
    ["users", users.length],
    ["agents", agents.length],
    ["departments", departments.length],
    ["phone lines", lines.length],
    ["configurations", configs.length],
    ["trunks", trunks.length],
    ["service tokens", own(tokens.filter(({ revokedAt }) => revokedAt === null))],
    ["callbacks that callers wait for", own(callbacks)],
    ["live calls, which nobody controls then", own(calls)],
  ];
  return new Map(counts.filter(([, count]) => count > 0));
}
