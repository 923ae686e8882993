/** The door of the auth room. */
export * from "./types.js";
export { createClientTokens } from "./client-tokens.js";
export type { ClientTokenOptions, ClosableClientTokenService } from "./client-tokens.js";
export { DEMO_ORGANIZATION, DEMO_PASSWORD, demoUsersLeft, seedDemo } from "./demo.js";
export { createOutsideIssuer } from "./outside-issuer.js";
export type { OutsideIssuer, OutsideIssuerOptions } from "./outside-issuer.js";
export { DEFAULT_COST, hashPassword } from "./passwords.js";
export type { ScryptCost } from "./passwords.js";
export { supervisionPermissions } from "./permissions.js";
export { auditKeyIn, signingSecret } from "./secret.js";
export { createAuthService } from "./service.js";
export type { AuthOptions, ClosableAuthService } from "./service.js";
export { issueServiceToken } from "./tokens.js";
export type { IssuedToken, ServiceTokenRequest } from "./tokens.js";
