/** The door of the provisioning room: FreeSWITCH's questions about phones, numbers and trunks, answered from the accounts. */
export type * from "./lines.js";
export { PROVISIONING_USER } from "./listener.js";
export type { ProvisioningStore } from "./ports.js";
export { startProvisioning, type Provisioning, type ProvisioningOptions } from "./service.js";
export { RegistrationWatch, type RegistrationWatchOptions } from "./registration-watch.js";
export { network, networkList, trunkAccount, trunkProxy } from "./trunk-words.js";
export { gatewayStates, type GatewayState } from "./gateways.js";
