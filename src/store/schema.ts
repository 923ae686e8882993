/** The tables. A change here is followed by `npm run db:generate`; the migrations run when the store is opened. */
export * from "./schema/accounts.js";
export * from "./schema/agents.js";
export * from "./schema/calls.js";
export * from "./schema/operations.js";
export * from "./schema/programs.js";
export * from "./schema/changes.js";
export * from "./schema/twiml-apps.js";
export * from "./schema/webhooks.js";
