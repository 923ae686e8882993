import { describe, expect, it } from "vitest";
import { contactUri, isSameContact } from "../../src/phones/contacts.js";
import { Registrations } from "../../src/phones/registrations.js";
import { registration, registrationRow } from "../agents/support.js";

const always = (): boolean => true;

describe("registrations", () => {
  it("finds the SIP URI in a contact header and in a row's url", () => {
    expect(contactUri('"" <sip:gw+1005@127.0.0.1:5090;gw=1005;transport=udp>')).toBe("sip:gw+1005@127.0.0.1:5090;gw=1005;transport=udp");
    expect(contactUri("sofia/internal/sip:gw+1005@127.0.0.1:5090;gw=1005;transport=udp")).toBe("sip:gw+1005@127.0.0.1:5090;gw=1005;transport=udp");
    expect(contactUri("*")).toBeNull();
  });

  it("counts several phones of one user and tells when the last is gone", () => {
    const index = new Registrations();
    const desk = { contact: "<sip:1001@192.0.2.1:5060>", callId: "desk" };
    const browser = { contact: "<sip:abc@invalid;transport=ws>", callId: "browser" };
    expect(index.event("fs1", registration("register", "1001", desk), 0)).toMatchObject([{ type: "added", left: 1 }]);
    expect(index.event("fs1", registration("register", "1001", browser), 0)).toMatchObject([{ type: "added", left: 2 }]);
    expect(index.event("fs1", registration("register", "1001", desk), 60_000)).toEqual([]);
    expect(index.event("fs1", registration("unregister", "1001", desk), 0)).toMatchObject([{ type: "removed", left: 1 }]);
    expect(index.event("fs1", registration("unregister", "1001", desk), 0)).toEqual([]);
    expect(index.event("fs1", registration("expire", "1001", browser), 0)).toMatchObject([{ type: "removed", left: 0 }]);
    expect(index.size).toBe(0);
  });

  it("takes a new Call-ID at the same contact, and a new contact under the same Call-ID, for the same phone", () => {
    const index = new Registrations();
    index.event("fs1", registration("register", "1001", { callId: "one" }), 5);
    expect(index.event("fs1", registration("register", "1001", { callId: "two" }), 9)).toEqual([]);
    index.event("fs1", registration("register", "1001", { callId: "two", contact: "<sip:1001@192.0.2.77>" }), 9);
    expect(index.phonesOf("1001", "one.example")).toMatchObject([{ contact: "sip:1001@192.0.2.77", callId: "two", since: 5 }]);
  });

  it("drops all of a user's bindings on that node for a wildcard", () => {
    const index = new Registrations();
    index.event("fs1", registration("register", "1001", { callId: "a", contact: "<sip:a@h>" }), 0);
    index.event("fs1", registration("register", "1001", { callId: "b", contact: "<sip:b@h>" }), 0);
    index.event("fs2", registration("register", "1001", { callId: "c", contact: "<sip:c@h>" }), 0);
    expect(index.event("fs1", registration("unregister", "1001", { callId: "", contact: "*" }), 0)).toMatchObject([{ type: "removed", left: 1 }]);
  });

  it("keeps organizations apart by domain, without regard to the domain's case", () => {
    const index = new Registrations();
    index.event("fs1", registration("register", "1001", { domain: "ONE.example" }), 0);
    expect(index.phonesOf("1001", "one.example")).toHaveLength(1);
    expect(index.phonesOf("1001", "two.example")).toHaveLength(0);
  });

  it("is corrected by a snapshot of a node, whose phones alone it touches", () => {
    const index = new Registrations();
    index.event("fs1", registration("register", "1001"), 7);
    index.event("fs1", registration("register", "1002"), 7);
    index.event("fs2", registration("register", "1003"), 7);
    const changes = index.snapshot("fs1", [registrationRow("1001"), registrationRow("1004")], 10);
    expect(changes).toHaveLength(2);
    expect(changes).toContainEqual(expect.objectContaining({ type: "removed", user: "1002", domain: "one.example", left: 0 }));
    expect(changes).toContainEqual({ type: "added", user: "1004", domain: "one.example", left: 1, gone: [] });
    expect(index.phonesOf("1001", "one.example")).toMatchObject([{ userAgent: "Softphone 1", since: 7 }]);
    expect(index.phonesOf("1003", "one.example")).toHaveLength(1);
    expect(index.snapshot("fs1", [registrationRow("1001"), registrationRow("1004")], 10)).toEqual([]);
  });

  it("believes an event more than a list that may be older, until the next one", () => {
    const index = new Registrations();
    index.event("fs1", registration("register", "1001", { sequence: 5 }), 0);
    index.event("fs1", registration("register", "1002", { sequence: 20 }), 0);
    index.event("fs1", registration("register", "1003", { sequence: 6 }), 0);
    index.event("fs1", registration("unregister", "1003", { sequence: 21 }), 0);
    index.event("fs2", registration("register", "1004", { sequence: 3 }), 0);
    // As it was at 10: without the one that has come since, and still with the one that has gone.
    const old = [registrationRow("1001"), registrationRow("1003")];
    expect(index.snapshot("fs1", old, 0, 10)).toEqual([]);
    expect(index.snapshot("fs1", old, 0, 20)).toMatchObject([{ type: "removed", user: "1002", left: 0 }]);
    expect(index.snapshot("fs1", old, 0, 21)).toMatchObject([{ type: "added", user: "1003", left: 1 }]);
    expect(index.snapshot("fs2", [], 0, 3)).toMatchObject([{ type: "removed", user: "1004", left: 0 }]);
  });

  it("believes the list of a FreeSWITCH that connects, which counts its events anew", () => {
    const index = new Registrations();
    index.event("fs1", registration("register", "1001", { sequence: 500 }), 0);
    expect(index.snapshot("fs1", [], 0)).toMatchObject([{ type: "removed", user: "1001" }]);
    index.event("fs1", registration("register", "1001", { sequence: 2 }), 0);
    expect(index.snapshot("fs1", [], 0, 1)).toEqual([]);
    expect(index.snapshot("fs1", [], 0, 2)).toMatchObject([{ type: "removed", user: "1001" }]);
  });

  it("tells one phone put in place of another as an addition: the last one was never lost", () => {
    const index = new Registrations();
    index.snapshot("fs1", [registrationRow("1001")], 0);
    expect(index.snapshot("fs1", [registrationRow("1001", { token: "new", url: "sofia/internal/sip:1001@192.0.2.50" })], 1)).toMatchObject([{ type: "added", user: "1001", domain: "one.example", left: 1 }]);
  });

  it("tells which phones are gone, and not of one that comes from another place", () => {
    const index = new Registrations();
    const page = { callId: "page", contact: '"" <sip:k3x@9f2.invalid;transport=ws;fs_nat=yes;fs_path=sip%3A1001%40127.0.0.1%3A50001%3Btransport%3Dws>' };
    index.event("fs1", registration("register", "1001", page), 0);
    index.event("fs1", registration("register", "1001", { callId: "desk", contact: "<sip:1001@192.0.2.9>" }), 0);
    expect(index.event("fs1", registration("register", "1001", { ...page, contact: page.contact.replace("50001", "50002") }), 0)).toMatchObject([{ type: "added", gone: [] }]);
    expect(index.event("fs1", registration("unregister", "1001", { callId: "page", contact: "" }), 0)).toMatchObject([{ type: "removed", left: 1, gone: [{ callId: "page" }] }]);
  });

  it("knows a phone's contact again, wherever its packets come from", () => {
    const page = "sip:k3x@9f2.invalid;transport=ws";
    const registered = `${page};fs_nat=yes;fs_path=sip%3A1001%40127.0.0.1%3A50001%3Btransport%3Dws`;
    expect(isSameContact(registered, `sofia/internal/${page};fs_nat=yes;fs_path=sip%3A1001%40127.0.0.1%3A50002%3Btransport%3Dws`)).toBe(true);
    // As an event has it.
    expect(isSameContact(registered, decodeURIComponent(registered))).toBe(true);
    expect(isSameContact(registered, "k3x@9f2.invalid")).toBe(true);
    expect(isSameContact(registered, "k3y@9f2.invalid")).toBe(false);
    expect(isSameContact("sip:gw@127.0.0.1:5090;gw=1", "sip:gw@127.0.0.1:5090;gw=2")).toBe(false);
    expect(isSameContact(registered, "error/user_not_registered")).toBe(false);
  });

  it("sweeps what expired silently past the switch's late margin, but not on a node that cannot tell", () => {
    const index = new Registrations();
    index.event("fs1", registration("register", "1001", { expiresS: 60 }), 0);
    index.event("fs2", registration("register", "1002", { expiresS: 60 }), 0);
    index.event("fs1", registration("register", "1003", { expiresS: 0 }), 0);
    index.snapshot("fs3", [registrationRow("1004")], 0);
    expect(index.sweep(149_999, always)).toEqual([]);
    expect(index.sweep(150_000, (node) => node !== "fs2")).toMatchObject([{ type: "removed", user: "1001", left: 0 }]);
    expect(index.size).toBe(3);
  });
});
