/** What administrators of the small world change: one user, one trunk and one token of each organization. */
import { CallplaneError, notFound } from "../../src/errors.js";
import { domainName } from "../../src/freeswitch/words.js";
import type { AdministrationFace } from "../../src/http/services.js";
import type { Administrator } from "../../src/staff/index.js";
import type { OrganizationRecord, TokenRecord, UserRecord } from "../../src/people/index.js";
import type { TrunkRecord } from "../../src/provisioning/index.js";
import { CALLS } from "./ids.js";

const AT = new Date("2026-11-20T10:00:00Z");
const organization = (id: number): OrganizationRecord => ({
  id, name: id === 1 ? "demo" : "other", domain: domainName(id === 1 ? "demo.local" : "other.local", "domain"), dialString: "sofia/gateway/trunk/{number}", callerId: null, allowedPrefixes: ["+1555"], supervisionVisible: false,
  maxOutboundCalls: null, maxOutboundCallsPerMinute: null, maxOutboundCallS: null, premiumAllowed: false, country: null, timeZone: "UTC", emergencyNumbers: null, callbackCountries: null, maxCallbacksPerDay: 100,
  departments: ["sales"], recordingRetentionDays: null, awayReasons: [], createdAt: AT,
});
const user = (id: number): UserRecord => ({ id, username: id === 1 ? "alice" : "eve", organizationId: id, role: "agent", agentId: null, extension: null, permissions: null, passwordHash: "secret-hash", disabled: false, createdAt: AT });
const token = (jti: string, organizationId: number): TokenRecord => ({ jti, userId: null, sessionId: null, name: "crm", organizationId, role: "service", permissions: null, createdAt: AT, expiresAt: new Date("2027-11-20T10:00:00Z"), revokedAt: null });
const trunk = (id: number): TrunkRecord => ({ id, organizationId: id, name: String(id), proxy: "sip.example.com", username: "u", register: false, networks: [], createdAt: AT });

export function fakeAdministration({ note }: { readonly note: (method: string, ...rest: readonly unknown[]) => void }): AdministrationFace {
  const own = <T extends { readonly organizationId: number | null }>(by: Administrator, all: readonly T[], is: (each: T) => boolean): T => {
    const found = all.find((each) => is(each) && (by.organizationId === null || by.organizationId === each.organizationId));
    if (found === undefined) throw notFound("It");
    return found;
  };
  const of = <T extends { readonly organizationId: number | null }>(id: number | null, all: readonly T[]): T[] => all.filter(({ organizationId }) => id === null || organizationId === id);
  const users = [user(1), user(2)];
  const tokens = [token(CALLS.alice, 1), token(CALLS.other, 2)];
  const trunks = [trunk(1), trunk(2)];
  const organizationOf = async (by: Administrator, id: number): Promise<OrganizationRecord> => {
    if (![1, 2].includes(id) || (by.organizationId !== null && by.organizationId !== id)) throw notFound("The organization");
    return organization(id);
  };
  return {
    organizations: {
      list: async (by) => [organization(1), organization(2)].filter(({ id }) => by.organizationId === null || id === by.organizationId),
      get: organizationOf,
      create: async (_by, input) => {
        note("organizations.create", input);
        return organization(1);
      },
      update: async (by, id, change) => {
        if (change.premiumAllowed !== undefined && by.role !== "root") throw new CallplaneError("Forbidden");
        note("organizations.update", id, change);
        return organizationOf(by, id);
      },
      remove: async (by, id, options) => {
        await organizationOf(by, id);
        note("organizations.remove", id, options);
        return new Map();
      },
    },
    users: {
      list: async (id) => of(id, users),
      get: async (by, id) => own(by, users, (each) => each.id === id),
      create: async (_by, { password: _password, ...input }) => {
        note("users.create", input);
        return user(1);
      },
      update: async (by, id, change) => {
        note("users.update", id, change);
        return own(by, users, (each) => each.id === id);
      },
      setPassword: async (by, id) => {
        note("users.setPassword", id);
        return own(by, users, (each) => each.id === id);
      },
      remove: async (by, id, options) => {
        note("users.remove", id, options);
        return { user: own(by, users, (each) => each.id === id), agent: null };
      },
    },
    tokens: {
      list: async (id) => of(id, tokens),
      get: async (by, key) => own(by, tokens, ({ jti }) => jti === key),
      issue: async (_by, request) => {
        note("tokens.issue", request.name, request.role);
        return { key: CALLS.alice, token: "a.long.token", expires: 1_800_000_000_000 };
      },
      revoke: async (by, key) => {
        note("tokens.revoke", key);
        return own(by, tokens, ({ jti }) => jti === key);
      },
    },
    trunks: {
      list: async (id) => of(id, trunks),
      get: async (by, name) => own(by, trunks, (each) => each.name === name),
      create: async (_by, { password: _password, ...input }) => {
        note("trunks.create", input);
        return trunk(1);
      },
      update: async (by, name, { password: _password, ...change }) => {
        note("trunks.update", name, change);
        return own(by, trunks, (each) => each.name === name);
      },
      remove: async (by, name) => {
        own(by, trunks, (each) => each.name === name);
        note("trunks.remove", name);
      },
      states: async () => [{ node: "fs1", state: "up", registration: "NOREG" }],
    },
  };
}
