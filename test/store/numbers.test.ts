/** What the store makes of numbers: one form of each, and no agent in the way of an emergency. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStore, type OrganizationRecord, type Store } from "../../src/store/index.js";

let store: Store;
let acme: OrganizationRecord;
beforeEach(async () => {
  store = await openStore(":memory:");
  acme = await store.organizations.create({ name: "acme", domain: "acme.example", country: "gb" });
});
afterEach(() => store.close());
const invalid = (parameter: string): unknown => expect.objectContaining({ code: "InvalidParameter", details: { parameter } });

describe("an organization's time zone", () => {
  it("is one of the IANA database, UTC by default", async () => {
    expect(acme.timeZone).toBe("UTC");
    expect((await store.organizations.update(acme.id, { timeZone: "europe/berlin" })).timeZone).toBe("Europe/Berlin");
    expect(await store.organizations.findByName("acme")).toMatchObject({ timeZone: "Europe/Berlin" });
    for (const timeZone of ["", "Berlin", "+01:00", "UTC+1", "Europe/Berlin; x"]) await expect(store.organizations.update(acme.id, { timeZone })).rejects.toThrow(invalid("timeZone"));
  });
});

describe("an organization's country", () => {
  it("is two letters, or not set", async () => {
    expect(acme.country).toBe("GB");
    expect((await store.organizations.create({ name: "beta", domain: "beta.example" })).country).toBeNull();
    expect((await store.organizations.update(acme.id, { country: "de", callbackCountries: ["ie", "GB", "gb"], emergencyNumbers: ["999", "101"], maxCallbacksPerDay: 5 })).country).toBe("DE");
    expect(await store.organizations.findByName("acme")).toMatchObject({ country: "DE", callbackCountries: ["GB", "IE"], emergencyNumbers: ["101", "999"], maxCallbacksPerDay: 5 });
    for (const country of ["XX", "GBR", "", "G"]) await expect(store.organizations.update(acme.id, { country })).rejects.toThrow(invalid("country"));
    await expect(store.organizations.update(acme.id, { callbackCountries: ["XX"] })).rejects.toThrow(invalid("callbackCountries"));
    for (const number of ["*911", "+112", "1", "1234567"]) await expect(store.organizations.update(acme.id, { emergencyNumbers: [number] })).rejects.toThrow(invalid("emergencyNumbers"));
    await expect(store.organizations.update(acme.id, { maxCallbacksPerDay: -1 })).rejects.toThrow(invalid("maxCallbacksPerDay"));
  });

  it("says how its caller id, its lines and its overflow numbers are read; each is stored in E.164", async () => {
    expect((await store.organizations.update(acme.id, { callerId: "(020) 7946 0000" })).callerId).toBe("+442079460000");
    // Read as in the country that comes with it.
    expect((await store.organizations.update(acme.id, { callerId: "030 1234567", country: "DE" })).callerId).toBe("+49301234567");
    await store.organizations.update(acme.id, { country: "GB", departments: ["support"] });
    const line = await store.phoneLines.create({ organizationId: acme.id, number: "020 7946 0001", targetType: "department", target: "support" });
    expect(line.number).toBe("+442079460001");
    await expect(store.phoneLines.create({ organizationId: acme.id, number: "0044 20 7946 0001", targetType: "department", target: "support" })).rejects.toMatchObject({ code: "Conflict" });
    await store.phoneLines.remove(acme.id, "(020) 79460001");
    const overflow = async (to: string): Promise<unknown> => (await store.departments.update(acme.id, "support", { overflow: { type: "phonenumber", to } })).settings.overflow;
    expect(await overflow("tel:020-7946-0002")).toEqual({ type: "phonenumber", to: "+442079460002" });
    expect(await overflow("118118")).toEqual({ type: "phonenumber", to: "118118" });
    for (const to of ["*72", "+1900#5551234", "+15557654321"]) await expect(overflow(to)).rejects.toThrow(invalid("overflow"));
  });

  it("without a setting is that of its caller id, else of its oldest line", async () => {
    const beta = await store.organizations.create({ name: "beta", domain: "beta.example" });
    await store.organizations.update(beta.id, { departments: ["support"] });
    const create = (number: string) => store.phoneLines.create({ organizationId: beta.id, number, targetType: "department", target: "support" });
    await expect(create("030 1234567")).rejects.toThrow(invalid("number"));
    await create("+49301234567");
    expect((await create("030 1234568")).number).toBe("+49301234568");
    await store.organizations.update(beta.id, { callerId: "+442079460000" });
    expect((await create("020 7946 0001")).number).toBe("+442079460001");
  });
});

describe("an emergency number", () => {
  it.each(["112", "911", "999"])("is no agent's extension and no agent's id: %s", async (number) => {
    await expect(store.agents.create({ organizationId: acme.id, agentId: "eve", extension: number })).rejects.toThrow(invalid("extension"));
    await expect(store.agents.create({ organizationId: acme.id, agentId: number, extension: "1001" })).rejects.toThrow(invalid("id"));
    await expect(store.users.create({ username: "eve", organizationId: acme.id, role: "agent", agentId: "eve", extension: number, passwordHash: "hash" })).rejects.toThrow(invalid("extension"));
    const eve = await store.agents.create({ organizationId: acme.id, agentId: "eve", extension: "1001" });
    await expect(store.agents.update(eve.id, { extension: number })).rejects.toThrow(invalid("extension"));
  });

  it("is the country's, or those that the organization has chosen", async () => {
    const make = (agentId: string) => store.agents.create({ organizationId: acme.id, agentId });
    await make("110");
    await store.organizations.update(acme.id, { country: "DE" });
    await make("999");
    await expect(store.agents.create({ organizationId: acme.id, agentId: "eve", extension: "110" })).rejects.toThrow(invalid("extension"));
    await store.organizations.update(acme.id, { emergencyNumbers: ["555"] });
    await expect(make("555")).rejects.toThrow(invalid("id"));
    await expect(make("112")).rejects.toThrow(invalid("id"));
  });

  it("that an agent has from before does not keep her other settings from being changed", async () => {
    const agent = await store.agents.create({ organizationId: acme.id, agentId: "110" });
    await store.organizations.update(acme.id, { country: "DE" });
    expect(await store.agents.update(agent.id, { name: "Eve", extension: "110" })).toMatchObject({ name: "Eve", extension: "110" });
  });
});
