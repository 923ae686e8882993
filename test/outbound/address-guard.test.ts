import { isIP, type LookupFunction } from "node:net";
import { describe, expect, it } from "vitest";
import { AddressGuard, isAddressException, OutboundError } from "../../src/outbound/index.js";

const REFUSED = [
  "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "168.63.129.16", "224.0.0.1", "255.255.255.255",
  "240.0.0.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b:1::1", "::7f00:1", "2002:7f00:1::",
  "2001:db8::1", "fec0::1", "100::1",
];
const PUBLIC = ["8.8.8.8", "172.32.0.1", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"];
const urlOf = (address: string, port = ""): URL => new URL(`http://${isIP(address) === 6 ? `[${address}]` : address}${port}/`);

/** A guard that resolves each host to what it is told. */
const guardOf = (addresses: Readonly<Record<string, readonly string[]>>, allowed: readonly string[] = []): AddressGuard =>
  new AddressGuard({ allowed, resolve: (host, done) => done(null, (addresses[host] ?? []).map((address) => ({ address, family: isIP(address) }))) });

type Found = readonly string[] | string;
const resolved = (lookup: LookupFunction, host: string, options: Parameters<LookupFunction>[1]): Promise<Found> =>
  new Promise((resolve) => lookup(host, options, (error, found) => resolve(error !== null ? error.message : typeof found === "string" ? [found] : found.map(({ address }) => address))));

describe("the address guard", () => {
  it.each(REFUSED)("refuses %s, as it stands in a URL and as what a name resolves to", async (address) => {
    const guard = guardOf({ "evil.example": [address] });
    expect(() => guard.assertUrl(urlOf(address))).toThrow(expect.objectContaining({ code: 11205, failure: "address" }));
    const url = new URL("http://evil.example/");
    expect(() => guard.assertUrl(url)).not.toThrow();
    for (const all of [true, false]) expect(await resolved(guard.lookup(url), "evil.example", { all })).toMatch(/not one that may be asked/);
  });

  it.each(PUBLIC)("lets %s through", async (address) => {
    const guard = guardOf({ "good.example": [address] });
    expect(() => guard.assertUrl(urlOf(address))).not.toThrow();
    expect(await resolved(guard.lookup(new URL("http://good.example")), "good.example", { all: true })).toEqual([address]);
  });

  it.each(["http://0x7f000001/", "http://2130706433/", "http://0177.0.0.1/", "http://127.1/", "http://[::ffff:7f00:1]/", "http://127.0.0.1./"])("sees through %s", (text) => {
    expect(() => guardOf({}).assertUrl(new URL(text))).toThrow(OutboundError);
  });

  it.each(["ftp://example.org/", "file:///etc/passwd", "ws://example.org/", "gopher://example.org/"])("takes no %s", (text) => {
    expect(() => guardOf({}).assertUrl(new URL(text))).toThrow(expect.objectContaining({ code: 11100 }));
    expect(() => guardOf({}).assertUrl(new URL("wss://example.org/"), ["wss:", "ws:"])).not.toThrow();
  });

  it("passes on that a name is not known", async () => {
    const lookup = new AddressGuard({ allowed: [] }).lookup(new URL("http://no.such.host.invalid/"));
    for (const all of [true, false]) expect(await resolved(lookup, "no.such.host.invalid", { all })).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  it("leaves out of a name's addresses those that may not be asked", async () => {
    const guard = guardOf({ "both.example": ["127.0.0.1", "8.8.8.8", "::1", "2606:4700::1"] });
    const lookup = guard.lookup(new URL("http://both.example"));
    expect(await resolved(lookup, "both.example", { all: true })).toEqual(["8.8.8.8", "2606:4700::1"]);
    expect(await resolved(lookup, "both.example", { family: 6 })).toEqual(["2606:4700::1"]);
    expect(await resolved(lookup, "both.example", {})).toEqual(["8.8.8.8"]);
  });

  it("judges a name anew each time that it is resolved", async () => {
    const answers = [["8.8.8.8"], ["127.0.0.1"]];
    const guard = new AddressGuard({ allowed: [], resolve: (_host, done) => done(null, (answers.shift() ?? []).map((address) => ({ address, family: 4 }))) });
    const lookup = guard.lookup(new URL("http://rebinding.example"));
    expect(await resolved(lookup, "rebinding.example", { all: true })).toEqual(["8.8.8.8"]);
    expect(await resolved(lookup, "rebinding.example", { all: true })).toMatch(/not one that may be asked/);
  });

  it("lets its exceptions through, and no other port or host", async () => {
    const guard = guardOf({ "app.internal": ["10.9.9.9"], "other.internal": ["10.9.9.9", "10.1.2.3"] }, ["app.internal:8080", "10.1.0.0/16", "127.0.0.1:3000", "[::1]:3000", "fd00::/8"]);
    const allows = (address: string, port: string): boolean => {
      try {
        guard.assertUrl(urlOf(address, port));
        return true;
      } catch {
        return false;
      }
    };
    expect([allows("10.1.2.3", ":9"), allows("10.2.2.3", ":9"), allows("127.0.0.1", ":3000"), allows("127.0.0.1", ":3001"), allows("::1", ":3000"), allows("::1", ""), allows("fd00:1::", "")]).toEqual([true, false, true, false, true, false, true]);
    expect(await resolved(guard.lookup(new URL("http://app.internal:8080")), "app.internal", { all: true })).toEqual(["10.9.9.9"]);
    expect(await resolved(guard.lookup(new URL("http://app.internal:8081")), "app.internal", { all: true })).toMatch(/may be asked/);
    expect(await resolved(guard.lookup(new URL("http://other.internal:8080")), "other.internal", { all: true })).toEqual(["10.1.2.3"]);
  });

  it("tells which texts can be exceptions", () => {
    for (const text of ["localhost", "app.internal:80", "10.0.0.0/8", "::1", "[::1]:80", "fd00::/8", "App.Example.", "my_host"]) expect(isAddressException(text)).toBe(true);
    for (const text of ["", "a b", "10.0.0.0/33", "app:0", "app:70000", "http://app", "10.0.0.999", "*", "fe80::1%eth0", "[app]:80", "/etc"]) expect(isAddressException(text)).toBe(false);
  });
});
