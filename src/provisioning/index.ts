/** The door of the provisioning room: FreeSWITCH's questions about phones, numbers and trunks, answered from the accounts. */
export type * from "./lines.js";
export { PROVISIONING_USER } from "./listener.js";
export type { ProvisioningDirectory, ProvisioningStore } from "./ports.js";
export { startProvisioning } from "./service.js";
export type { Provisioning, ProvisioningOptions } from "./service.js";
export { RegistrationWatch } from "./registration-watch.js";
export type { RegistrationWatchOptions } from "./registration-watch.js";
