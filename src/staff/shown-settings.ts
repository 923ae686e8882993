/** What administrators set up, as its lists and events show it: never a secret. */
import type { z } from "zod";
import { supervisionPermissions } from "../auth/index.js";
import type { PhoneLine, ServiceToken, Trunk, User, VoiceConfig, Webhook } from "../events/index.js";
import type { TokenRecord, UserRecord } from "../people/index.js";
import type { TrunkRecord } from "../provisioning/index.js";
import { targetOf, type PhoneLineRecord, type VoiceConfigRecord } from "../voice-app/index.js";
import type { WebhookRecord } from "../webhooks/index.js";

/** @param organization the name of the user's; null: root's */
export const shownUser = ({ id, username, role, agentId, extension, permissions, disabled, createdAt }: UserRecord, organization: string | null): z.output<typeof User> => ({
  id: String(id),
  username,
  role,
  organization,
  agent: agentId,
  extension,
  permissions: [...supervisionPermissions(role, permissions)],
  disabled,
  createdAt: createdAt.toISOString(),
});

export const shownToken = ({ jti, name, role, permissions, createdAt, expiresAt, revokedAt }: TokenRecord, organization: string | null): z.output<typeof ServiceToken> => ({
  key: jti,
  name,
  organization,
  role,
  permissions: [...supervisionPermissions(role, permissions)],
  createdAt: createdAt.toISOString(),
  expires: expiresAt.toISOString(),
  revoked: revokedAt !== null,
});

export const shownTrunk = ({ name, proxy, username, register, networks, createdAt }: TrunkRecord, organization: string | null): z.output<typeof Trunk> => ({ name, organization, proxy, username, register, networks, createdAt: createdAt.toISOString() });

const callback = (url: string | null, method: "GET" | "POST"): { url: string; method: "GET" | "POST" } | null => (url === null ? null : { url, method });

export const shownLine = (line: PhoneLineRecord): z.output<typeof PhoneLine> => ({
  id: String(line.id),
  phoneNumber: line.number,
  name: line.name,
  target: targetOf(line),
  recorded: line.recorded,
  fallback: callback(line.fallbackUrl, line.fallbackMethod),
  fallbackDepartment: line.fallbackDepartment,
  statusCallback: callback(line.statusCallback, line.statusCallbackMethod),
  trunk: line.trunk,
  callerId: line.callerId,
  hasSigningToken: line.signingToken !== null,
  createdAt: line.createdAt.toISOString(),
});

export const shownConfig = ({ id, name, settings, createdAt, updatedAt }: VoiceConfigRecord): z.output<typeof VoiceConfig> => ({ id: String(id), name, ...settings, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() });

export const shownHook = ({ id, url, topics, description, enabled, disabledAt, disabledReason, previousUntil, createdAt, updatedAt }: WebhookRecord): z.output<typeof Webhook> => ({
  id: String(id),
  url,
  topics,
  description: description === "" ? null : description,
  enabled,
  disabled: disabledAt === null ? null : { at: disabledAt.toISOString(), reason: disabledReason ?? "" },
  previousSecretUntil: previousUntil !== null && previousUntil.getTime() > Date.now() ? previousUntil.toISOString() : null,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});
