/** The door of the phones room: which phones are registered, and at which FreeSWITCH. */
export { isSameContact } from "./contacts.js";
export { Phones, type AgentPhoneChange, type PhonesOptions } from "./phones.js";
export { isSamePhone, registrationKey, registrationKeyOf, type Phone, type PhoneAddress } from "./registrations.js";
