/** Users of the directory and their registrations (mod_sofia's registrar). */
import { randomUUID } from "node:crypto";
import type { EventBus } from "./event-bus.js";

export interface Registration {
  readonly callId: string;
  /** What a phone gave as its contact, as sofia_contact shows it. */
  readonly contact: string;
  readonly expiresEpoch: number;
}

export interface User {
  readonly extension: string;
  readonly domain: string;
  /** By the phone's name; the first phone of a user has none (""). */
  readonly registrations: Map<string, Registration>;
}

export interface RefusedPhone {
  readonly user: string;
  readonly domain: string;
  readonly address: string;
  readonly method?: "REGISTER" | "INVITE";
}

/** Seconds for which the simulated phones register. */
const EXPIRES_S = 600;
const USER_AGENT = "FreeSWITCH-mod_sofia/1.10.12-release+git~20260821T141014Z~cc93a683ca~64bit";

const keyOf = (extension: string, domain: string): string => `${extension}@${domain}`;

export class Directory {
  readonly #users = new Map<string, User>();

  add(extension: string, domain: string, options: { readonly registered: boolean }): void {
    const user: User = { extension, domain, registrations: new Map(options.registered ? [["", newRegistration(extension, "")]] : []) };
    this.#users.set(keyOf(extension, domain), user);
  }

  find(extension: string, domain: string): User | undefined {
    return this.#users.get(keyOf(extension, domain));
  }

  users(): User[] {
    return [...this.#users.values()];
  }

  /** A REGISTER from the phone: fires sofia::register, or sofia::unregister when it lets go of its contact. */
  register(bus: EventBus, user: User, registered: boolean, phone = ""): void {
    const had = user.registrations.get(phone);
    const registration = registered ? newRegistration(user.extension, phone, had?.callId) : undefined;
    if (registration === undefined) user.registrations.delete(phone);
    else user.registrations.set(phone, registration);
    const shown = registration ?? had;
    if (shown === undefined) return;
    bus.fire("CUSTOM", { subclass: "sofia::register_attempt", headers: () => attemptHeaders(user, shown, registered) });
    if (registered) bus.fire("CUSTOM", { subclass: "sofia::register", headers: () => [...attemptHeaders(user, shown, true), ...userHeaders(user)] });
    else bus.fire("CUSTOM", { subclass: "sofia::unregister", headers: () => [...attemptHeaders(user, shown, false), ...userHeaders(user)] });
  }

  /** A phone that cannot prove who it is: sofia::register_failure (sofia_reg.c; `profile-name` comes twice there). */
  refuse(bus: EventBus, { user, domain, address, method = "REGISTER" }: RefusedPhone): void {
    bus.fire("CUSTOM", {
      subclass: "sofia::register_failure",
      headers: () => [
        ["profile-name", "internal"],
        ["to-user", user],
        ["to-host", domain],
        ["network-ip", address],
        ["user-agent", USER_AGENT],
        ["profile-name", "internal"],
        ["network-port", "5090"],
        ["registration-type", method],
      ],
    });
  }

  /** The contact runs out without a word from the phone: sofia::expire. */
  expire(bus: EventBus, user: User, phone = ""): void {
    const had = user.registrations.get(phone);
    if (had === undefined) return;
    user.registrations.delete(phone);
    bus.fire("CUSTOM", {
      subclass: "sofia::expire",
      headers: () => [
        ["profile-name", "internal"],
        ["call-id", had.callId],
        ["user", user.extension],
        ["username", user.extension],
        ["host", user.domain],
        ["contact", had.contact],
        ["expires", String(had.expiresEpoch)],
        ["user-agent", USER_AGENT],
        ["realm", user.domain],
      ],
    });
  }
}

function newRegistration(extension: string, phone: string, callId: string = randomUUID()): Registration {
  return {
    callId,
    contact: `sip:gw+${extension}@127.0.0.1:5090;gw=${extension};transport=udp;gw=${extension}${phone === "" ? "" : `;phone=${phone}`}`,
    expiresEpoch: Math.floor(Date.now() / 1000) + EXPIRES_S,
  };
}

function attemptHeaders(user: User, registration: Registration, registered: boolean): [string, string][] {
  return [
    ["profile-name", "internal"],
    ["from-user", user.extension],
    ["from-host", user.domain],
    ["contact", `"" <${registration.contact}>`],
    ["call-id", registration.callId],
    ["rpid", "unknown"],
    ["status", "Registered(UDP)"],
    ["expires", registered ? String(EXPIRES_S) : "0"],
    ["to-user", user.extension],
    ["to-host", user.domain],
    ["network-ip", "127.0.0.1"],
    ["network-port", "5090"],
    ["username", user.extension],
    ["realm", user.domain],
    ["user-agent", USER_AGENT],
  ];
}

const userHeaders = (user: User): [string, string][] => [
  ["user_name", user.extension],
  ["domain_name", user.domain],
  ["user_context", "default"],
  ["effective_caller_id_name", `Agent ${user.extension}`],
  ["effective_caller_id_number", user.extension],
];
