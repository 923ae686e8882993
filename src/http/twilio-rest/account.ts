/** Who uses Twilio's API: an organization's account, by its SID and auth token (twilio.com/docs/iam/api), or a token of Callplane's. */
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { CallplaneError } from "../../errors.js";
import { fitsAuthToken, type Actor, type VoiceAccount, type VoiceAccounts } from "../../people/index.js";
import { actorOf, CONFIGURING_ROLES, type RouteAccess } from "../access.js";
import { unknownResource } from "./errors.js";

const BASIC = /^Basic +([A-Za-z0-9+/]+=*) *$/i;

/** The account that HTTP Basic names; null when the request has no such header. Throws Unauthorized. */
function presented(accounts: VoiceAccounts, authorization: string | undefined): VoiceAccount | null {
  if (authorization === undefined || !/^Basic\b/i.test(authorization)) return null;
  const [, sid = "", token = ""] = /^([^:]*):(.*)$/s.exec(Buffer.from(BASIC.exec(authorization)?.[1] ?? "", "base64").toString("utf8")) ?? [];
  const account = accounts.bySid(sid);
  if (account === undefined || !fitsAuthToken(account, token)) throw new CallplaneError("Unauthorized", "Authenticate");
  return account;
}

/** Access to a route of this API: the account itself, and whoever may configure its organization. */
export function accountAccess(accounts: VoiceAccounts): RouteAccess {
  return {
    roles: CONFIGURING_ROLES,
    credential: "account",
    otherwise: async (request): Promise<Actor | null> => {
      const account = presented(accounts, request.headers.authorization);
      if (account === null) return null;
      const { sid, organizationId } = account;
      return { name: sid, role: "service", organizationId, agentId: null, permissions: new Set(), tokenId: sid, holder: sid };
    },
  };
}

/** A sid, or a word in its place; whether there is such a thing is said by 404. */
export const Sid = z.string().regex(/^[A-Za-z0-9_.]{1,64}$/, "is no sid.");
export const AccountParams = z.object({ account: Sid });

/** The account of the path. Throws NotFound for one that is none, or another organization's. */
export function accountOf(accounts: VoiceAccounts, request: FastifyRequest, sid: string): VoiceAccount {
  const { organizationId, role } = actorOf(request);
  const account = accounts.bySid(sid);
  if (account === undefined || (role !== "root" && account.organizationId !== organizationId)) throw unknownResource(`/2010-04-01/Accounts/${/^AC[0-9a-f]{32}$/.test(sid) ? sid : ""}`);
  return account;
}

/** Whoever asks, as one of the account's own organization: root has none, and acts for the one of the path. */
export const actingFor = (request: FastifyRequest, { organizationId }: VoiceAccount): Actor => ({ ...actorOf(request), organizationId });
