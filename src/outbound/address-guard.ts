/** Which addresses may be asked: what an organization writes into a URL must not reach this machine, its network, or the cloud's metadata. */
import { lookup as systemLookup, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { AddressRefused, OUTBOUND_CODES, OutboundError } from "./errors.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** What an entry of the list of exceptions allows; `port` null: any. */
type Exception = { readonly port: number | null } & ({ readonly kind: "host"; readonly host: string } | { readonly kind: "network"; readonly address: Address; readonly bits: number });

const MAX_URL_LENGTH = 8192;
const HOST = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { "http:": 80, "ws:": 80, "https:": 443, "wss:": 443 };
/** Addresses that are public by their range, and answer the machines of one cloud alone: Azure's. Those of the others are link-local, private or reserved. */
const METADATA = new Set(["168.63.129.16"]);
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");
const NAT64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96");

/** The IPv4 address that an IPv6 address stands for (RFC 4291, 2.5.5.2, and RFC 6052), else the address itself. */
function plain(text: string): Address {
  const address = ipaddr.parse(text);
  if (address.kind() === "ipv4" || !(address instanceof ipaddr.IPv6)) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  if (address.match(NAT64)) return new ipaddr.IPv4(address.toByteArray().slice(12));
  return address;
}

function isPublic(address: Address): boolean {
  if (address.range() !== "unicast") return false;
  return address instanceof ipaddr.IPv6 ? address.match(GLOBAL_UNICAST) : !METADATA.has(address.toString());
}

function isWithin(address: Address, network: Address, bits: number): boolean {
  if (address instanceof ipaddr.IPv4) return network instanceof ipaddr.IPv4 && address.match(network, bits);
  return network instanceof ipaddr.IPv6 && address.match(network, bits);
}

/** Reads `host`, `host:port`, `10.0.0.0/8`, `10.1.2.3`, `10.1.2.3:8080`, `::1` or `[::1]:8080`; null for anything else. */
function exception(text: string): Exception | null {
  const [, bracketed, named, portText] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = (bracketed ?? named ?? text).toLowerCase().replace(/\.$/, "");
  const port = portText === undefined ? null : Number(portText);
  if (port !== null && (port < 1 || port > 65_535)) return null;
  if (isIP(host) !== 0 && !host.includes("%")) {
    const address = ipaddr.parse(host);
    return { kind: "network", address, bits: address.kind() === "ipv4" ? 32 : 128, port };
  }
  if (host.includes("/")) {
    if (port !== null || !ipaddr.isValidCIDR(host)) return null;
    const [address, bits] = ipaddr.parseCIDR(host);
    return { kind: "network", address, bits, port: null };
  }
  // What looks like an address and is none would never match.
  return bracketed === undefined && HOST.test(host) && !/^[0-9.]+$/.test(host) ? { kind: "host", host, port } : null;
}

/** Whether the text can stand in the list of exceptions. */
export const isAddressException = (text: string): boolean => exception(text) !== null;

export interface AddressGuardOptions {
  /** Exceptions: hosts with a port or without, addresses, networks; each must be `isAddressException`. */
  readonly allowed: readonly string[];
  /** For tests: how host names are resolved. */
  readonly resolve?: (host: string, done: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void) => void;
}

const portOf = (url: URL): number => (url.port === "" ? (DEFAULT_PORTS[url.protocol] ?? 0) : Number(url.port));
/** Without the brackets of an IPv6 address, and without the dot of a full name. */
const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "").toLowerCase();

export class AddressGuard {
  readonly #exceptions: readonly Exception[];
  readonly #resolve: NonNullable<AddressGuardOptions["resolve"]>;

  constructor({ allowed, resolve = (host, done) => systemLookup(host, { all: true }, done) }: AddressGuardOptions) {
    this.#exceptions = allowed.flatMap((entry) => exception(entry) ?? []);
    this.#resolve = resolve;
  }

  /** Throws OutboundError 11100 for a scheme that is none of these, 11205 for an address that may not be asked. A host name is judged when it is resolved (`lookup`). */
  assertUrl(url: URL, protocols: readonly string[] = ["http:", "https:"]): void {
    if (!protocols.includes(url.protocol)) throw new OutboundError(OUTBOUND_CODES.badUrl, "url", `The URL's scheme is none of ${protocols.map((protocol) => protocol.replace(":", "")).join(", ")}.`);
    if (url.href.length > MAX_URL_LENGTH) throw new OutboundError(OUTBOUND_CODES.badUrl, "url", `The URL is longer than ${MAX_URL_LENGTH} characters.`);
    const [host, port] = [hostOf(url), portOf(url)];
    if (host === "" || port === 0) throw new OutboundError(OUTBOUND_CODES.badUrl, "url", "The URL has no host, or port 0.");
    // Node.js resolves no address: `lookup` would not be asked.
    if (isIP(host) !== 0 && !this.#permits(host, host, port)) throw new AddressRefused().translated();
  }

  /**
   * For the option `lookup` of whatever connects to the URL: gives those of the host's addresses that may be asked. It is asked for each connection, so that a name that
   * resolves otherwise than before (rebinding) is judged anew.
   */
  lookup(url: URL): LookupFunction {
    const port = portOf(url);
    return (hostname, options, callback) => {
      const host = hostname.replace(/\.$/, "").toLowerCase();
      this.#resolve(hostname, (error, found) => {
        // Node.js gives no list with an error.
        if (error !== null) return callback(error, "", 0);
        const family = options.family === 4 || options.family === "IPv4" ? 4 : options.family === 6 || options.family === "IPv6" ? 6 : 0;
        const addresses = found.filter((each) => (family === 0 || each.family === family) && this.#permits(each.address, host, port));
        const [first] = addresses;
        if (first === undefined) callback(new AddressRefused(), "", 0);
        else if (options.all === true) callback(null, addresses);
        else callback(null, first.address, first.family);
      });
    };
  }

  #permits(text: string, host: string, port: number): boolean {
    if (isIP(text) === 0) return false;
    // A zone names an interface of this machine.
    if (text.includes("%")) return false;
    const address = plain(text);
    if (isPublic(address)) return true;
    return this.#exceptions.some((each) => (each.port === null || each.port === port) && (each.kind === "host" ? each.host === host : isWithin(address, each.address, each.bits)));
  }
}
