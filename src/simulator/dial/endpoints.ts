/** What a dial string's endpoint leads to: `user/…`, `sofia/gateway/…`, `sofia/<profile>/…`. */
import type { HangupCause } from "../../freeswitch/index.js";
import type { FarEnd } from "../core/channel-parts.js";
import type { User } from "../core/directory.js";
import type { SwitchCore } from "../core/switch-core.js";

export interface Endpoint {
  readonly channelName: string;
  readonly sofiaProfile: "internal" | "external";
  readonly farEnd: FarEnd;
  readonly contactUser: string;
  readonly destination: string;
  /** Where a registered phone is; "" for others. */
  readonly contact: string;
  /** Set when a registered user was dialled by `user/`. */
  readonly user: User | undefined;
}

export interface NoEndpoint {
  readonly cause: HangupCause;
  /** FreeSWITCH had made a session before it found out. */
  readonly announcesDestroy?: boolean;
}

/** Several for a user with several phones. */
export function resolveEndpoints(core: SwitchCore, text: string): readonly (Endpoint | NoEndpoint)[] {
  const user = /^user\/([^@]+)(?:@(.+))?$/.exec(text);
  return user?.[1] === undefined ? [resolveEndpoint(core, text)] : registeredUser(core, user[1], user[2] ?? core.domain);
}

function resolveEndpoint(core: SwitchCore, text: string): Endpoint | NoEndpoint {
  const error = /^error\/(.+)$/.exec(text)?.[1];
  if (error !== undefined) return { cause: error.toUpperCase() === "USER_NOT_REGISTERED" ? "USER_NOT_REGISTERED" : "DESTINATION_OUT_OF_ORDER" };
  const loopback = /^loopback\/(.+)\/([^/]+)\/inline$/.exec(text)?.[1];
  if (loopback !== undefined) return { channelName: `loopback/${loopback}-a`, sofiaProfile: "internal", farEnd: { kind: "loopback", party: `loopback/${loopback}-a` }, contactUser: "inline", destination: loopback, contact: "", user: undefined };
  const gateway = /^sofia\/gateway\/([^/]+)\/(.+)$/.exec(text);
  if (gateway?.[1] !== undefined && gateway[2] !== undefined) {
    return core.settings.gateways.has(gateway[1]) ? behindTrunk(gateway[2], `sofia/external/${gateway[2]}`) : { cause: "INVALID_GATEWAY", announcesDestroy: true };
  }
  const profile = /^sofia\/([^/]+)\/(?:sip:)?([^@;]+)(?:@(.+))?$/.exec(text);
  if (profile?.[1] === undefined || profile[2] === undefined) return { cause: "CHAN_NOT_IMPLEMENTED" };
  const [, name, called, host] = profile;
  if (name === "external") return behindTrunk(called, `sofia/external/${called}${host === undefined ? "" : `@${host}`}`);
  if (name !== "internal") return { cause: "INVALID_PROFILE", announcesDestroy: true };
  const extension = called.replace(/^gw(?:\+|%2B)/, "");
  const known = core.directory.find(extension, core.domain);
  return known === undefined ? { cause: "NO_ROUTE_DESTINATION" } : { ...phoneOf(core, known), user: undefined };
}

function registeredUser(core: SwitchCore, extension: string, domain: string): readonly (Endpoint | NoEndpoint)[] {
  const user = core.directory.find(extension, domain);
  if (user === undefined) return [{ cause: "SUBSCRIBER_ABSENT" }];
  if (user.registrations.size === 0) return [{ cause: "USER_NOT_REGISTERED" }];
  return [...user.registrations.keys()].map((phone) => ({ ...phoneOf(core, user, phone), user }));
}

/** The party's name: the extension alone in the switch's own domain. */
export const partyOf = (core: SwitchCore, user: Pick<User, "extension" | "domain">): string => (user.domain === core.domain ? user.extension : `${user.extension}@${user.domain}`);

/** @param phone its name; the party of a user's second phone is `1001/name` */
function phoneOf(core: SwitchCore, user: User, phone = ""): Omit<Endpoint, "user"> {
  return {
    channelName: `sofia/internal/gw%2B${user.extension}@127.0.0.1:5090`,
    sofiaProfile: "internal",
    farEnd: { kind: "phone", party: `${partyOf(core, user)}${phone === "" ? "" : `/${phone}`}` },
    contactUser: `gw+${user.extension}`,
    contact: user.registrations.get(phone)?.contact ?? "",
    destination: `gw%2B${user.extension}`,
  };
}

const behindTrunk = (number: string, channelName: string): Endpoint => ({
  channelName,
  sofiaProfile: "external",
  farEnd: { kind: "trunk", party: number },
  contactUser: number,
  contact: "",
  destination: number,
  user: undefined,
});
