/** What may be said of a trunk, wherever it is said: the faces refuse it before they look whether the trunk exists. */
import { isIP } from "node:net";
import { invalid } from "../errors.js";

const PROXY = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::[0-9]{1,5})?(?:;transport=(?:udp|tcp|tls))?$/;

/** `host`, `host:port`, either with `;transport=tcp`. */
export function trunkProxy(value: string, parameter = "proxy"): string {
  if (!PROXY.test(value)) throw invalid(parameter, "is not a host such as sip.example.com or sip.example.com:5060;transport=tcp");
  return value;
}

/** User name or password of a trunk; empty where the provider authenticates by address. */
export function trunkAccount(value: string, parameter: string): string {
  if (value.length > 256 || /[\p{Cc}]|\$[${]/u.test(value)) throw invalid(parameter, "is longer than 256 characters, or holds control characters, ${ or $$");
  return value;
}

/** An address with the length of its prefix. */
export function network(value: string, parameter: string): string {
  const [address = "", bits, ...more] = value.split("/");
  const version = isIP(address);
  if (version === 0 || more.length > 0 || bits === undefined || !/^\d{1,3}$/.test(bits) || Number(bits) > (version === 4 ? 32 : 128)) throw invalid(parameter, "holds something that is not a network such as 192.0.2.0/24");
  return value;
}

export const networkList = (values: readonly string[], parameter = "networks"): readonly string[] => [...new Set(values.map((value) => network(value, parameter)))];
