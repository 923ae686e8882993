/** The door of the staff room. */
import type { Contacts } from "./contacts.js";
import type { Staff } from "./service.js";

export { Contacts, type ContactQuery } from "./contacts.js";
export { Staff } from "./service.js";
export type { AdministrationStore, Administrator } from "./administration.js";
export { belongings } from "./belongings.js";
export { OrganizationAdministration, type Belongings, type NewOrganization } from "./organizations.js";
export { TokenAdministration } from "./tokens.js";
export { TrunkAdministration, type GatewayStates } from "./trunks.js";
export { UserAdministration, type LoginChange, type NewLogin } from "./users.js";
export { profileOf, type Profile } from "./profile.js";
export { SettingsNews, type SettingsNewsOptions } from "./settings-news.js";
export { shownConfig, shownHook, shownLine, shownToken, shownTrunk, shownUser } from "./shown-settings.js";
export type { StaffPorts } from "./ports.js";
export type { SipAccess, VoiceAgent } from "./types.js";
export type ContactService = Pick<Contacts, keyof Contacts>;
export type StaffService = Pick<Staff, keyof Staff>;
