import { BlockList, isIP } from "node:net";

const family = (address: string): "ipv4" | "ipv6" => (isIP(address) === 4 ? "ipv4" : "ipv6");
/** An IPv4-mapped IPv6 address is the IPv4 address. */
const plain = (address: string): string => /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1] ?? address;

/** The address in its plain form; null for anything else, and for one with a zone (`fe80::1%eth0`), which cannot be banned. */
export function ipAddress(text: string): string | null {
  const address = plain(text);
  return isIP(address) === 0 || address.includes("%") ? null : address.toLowerCase();
}

/** What counts as one address: an IPv4 address, or the /64 of an IPv6 address, since a customer has at least one /64. */
export function addressGroup(text: string): string {
  const address = plain(text).replace(/%.*$/, "");
  if (isIP(address) !== 6) return address;
  const [head = "", tail = ""] = address.split("::");
  const groups = [head, tail].map((part) => part.split(":").filter((group) => group !== ""));
  const [before = [], after = []] = groups;
  // An IPv4 address at the end stands for two groups.
  const missing = 8 - before.length - after.length - (address.includes(".") ? 1 : 0);
  const all = [...before, ...new Array<string>(missing).fill("0"), ...after];
  return `${all.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}

/** Whether the text is a network such as 10.0.0.0/8, or a single address. */
export function isNetwork(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || address.includes("%") || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** Addresses that are never banned: loopback, unspecified, and the given networks (each must be `isNetwork`). */
export class ExemptAddresses {
  readonly #list = new BlockList();

  constructor(networks: readonly string[]) {
    for (const network of ["127.0.0.0/8", "0.0.0.0/8", "::1", "::", ...networks]) {
      const [address = "", bits] = network.split("/");
      if (bits === undefined) this.#list.addAddress(address, family(address));
      else this.#list.addSubnet(address, Number(bits), family(address));
    }
  }

  has(address: string): boolean {
    return this.#list.check(address, family(address));
  }
}
