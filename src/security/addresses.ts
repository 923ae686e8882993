import { BlockList, isIP } from "node:net";

const family = (address: string): "ipv4" | "ipv6" => (isIP(address) === 4 ? "ipv4" : "ipv6");
/** IPv4 in IPv6 clothes is the same address. */
const plain = (address: string): string => /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1] ?? address;

/** The address in its plain form, or null when it is none; a zone (`fe80::1%eth0`) is none that can be banned. */
export function ipAddress(text: string): string | null {
  const address = plain(text);
  return isIP(address) === 0 || address.includes("%") ? null : address.toLowerCase();
}

/** Whether the text is a network such as 10.0.0.0/8, or a single address. */
export function isNetwork(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || address.includes("%") || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** Addresses that are never banned: loopback, what is no host's, and the networks given (each must be `isNetwork`). */
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
