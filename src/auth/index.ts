/** The door of the auth room. */
export type * from "./idempotency.js";
export * from "./types.js";
export { createBrowserLogins, type BrowserLoginOptions, type ClosableBrowserLogins } from "./browser-logins.js";
export { createClientTokens, type ClientTokenOptions, type ClosableClientTokenService } from "./client-tokens.js";
export { DEMO_ORGANIZATION, DEMO_PASSWORD, demoPeople, demoUsersLeft, seedDemo } from "./demo.js";
export { assertMayAdminister, assertMayGrant, mayAdminister, mayGrant, type Grant, type Granter } from "./grants.js";
export { HashQueue, type HashAsker, type HashQueueOptions } from "./hash-queue.js";
export { createOutsideIssuer, type OutsideIssuer, type OutsideIssuerOptions } from "./outside-issuer.js";
export { DEFAULT_COST, hashPassword, type ScryptCost } from "./passwords.js";
export { assertGoodPassword, PASSWORD_CHARACTERS } from "./password-policy.js";
export { supervisionPermissions } from "./permissions.js";
export { auditKeyIn, signingSecret } from "./secret.js";
export { createAuthService, type AuthOptions, type ClosableAuthService } from "./service.js";
export { issueServiceToken, type IssuedToken, type ServiceTokenRequest } from "./tokens.js";
