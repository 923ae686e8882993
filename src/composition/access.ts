/** Who may do what, and what was done: the accounts in memory, the audit log, logins and tokens. */
import type { Logger } from "pino";
import { limitRefusals, createAuditLog, startAuditPruning, type LimitedAuditLog, type StoreAuditLog } from "../audit/index.js";
import { createAuthService, createBrowserLogins, createClientTokens, createOutsideIssuer, hashPassword, HashQueue, signingSecret, type AuthService, type BrowserLoginService, type ClientTokenService } from "../auth/index.js";
import { systemClock } from "../clock.js";
import type { Config } from "../config.js";
import { openDirectory, type Store, type StoreDirectory } from "../store/index.js";
import { tellUnchained, warnOfShadowedEmergencies } from "./checks.js";
import type { Parts } from "./parts.js";
import { spoolFor } from "./spools.js";

export interface Access {
  readonly directory: StoreDirectory;
  readonly trail: StoreAuditLog;
  readonly audit: LimitedAuditLog;
  readonly hashPassword: (password: string) => Promise<string>;
  readonly auth: AuthService;
  readonly browserLogins: BrowserLoginService;
  readonly clientTokens: ClientTokenService;
  /** Where phones in pages register; empty: nowhere. */
  readonly wssUrl: string;
}

export async function openAccess(config: Config, store: Store, logger: Logger, parts: Parts): Promise<Access> {
  const directory = parts.add("directory", await openDirectory(store, { logger }));
  warnOfShadowedEmergencies(directory, logger);
  const trail = parts.add("audit log", createAuditLog(store.audit, { logger, spool: spoolFor("audit", config, logger) }));
  await trail.recover();
  parts.add("pruning of the audit log", startAuditPruning(store.audit, { clock: systemClock, logger }));
  await tellUnchained(store, logger);
  const audit = parts.add("limit of refusals", limitRefusals(trail));
  const outsideIssuer = config.outsideIssuer === null ? null : createOutsideIssuer(config.outsideIssuer, directory);
  const secret = await signingSecret(config.jwtSecret, config.jwtSecretFile);
  const hashing = parts.add("password hashing", new HashQueue());
  const { maxTokensPerUser, maxLoginsPerMinute, iceServers } = config;
  // No phone can register at the demonstration.
  const wssUrl = config.switchNodes.length === 0 ? "" : config.sipWssUrl;
  // Administrators, and who changes the own password, wait for one another, and not behind whoever tries to log in.
  const newHash = (password: string): Promise<string> => hashing.run({ address: "", user: "" }, () => hashPassword(password));
  const auth = parts.add("logins", createAuthService({ store, directory, audit, logger, secret, outsideIssuer, hashing, maxTokensPerUser, maxLoginsPerMinute }));
  const browserLogins = parts.add("browser sessions", createBrowserLogins({ store, directory, audit, logger, secret, passwords: auth.passwords, hashPassword: newHash, maxSessionsPerUser: maxTokensPerUser }));
  const clientTokens = parts.add("client tokens", createClientTokens({ store, directory, audit, logger, secret, wssUrl, iceServers }));
  return { directory, trail, audit, hashPassword: newHash, auth, browserLogins, clientTokens, wssUrl };
}
