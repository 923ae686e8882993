import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStore } from "../../src/store/index.js";
import { temporaryDirectory } from "../support/temporary.js";
import { a1, openWorld } from "./world.js";
import type { World } from "./world.js";

let folder: ReturnType<typeof temporaryDirectory>;
let world: World;
beforeEach(async () => {
  folder = temporaryDirectory();
  world = await openWorld({ snapshotDir: join(folder.path, "snapshot"), databaseUrl: `file:${join(folder.path, "callplane.db")}`, pollMs: 20 });
});
afterEach(async () => {
  await world.close();
  folder.remove();
});

const file = (name: string): string => join(folder.path, "snapshot", name);
const text = (name: string): string => (existsSync(file(name)) ? readFileSync(file(name), "utf8") : "");

describe("the snapshot of the directory", () => {
  it("has every user with her hash and every line, readable by its owner alone, and parses", async () => {
    await world.agent(world.acme, "1001", "secret");
    await world.agent(world.beta, "1001", "other");
    await world.store.phoneLines.create({ organizationId: world.acme.id, number: "+15550100001", targetType: "client", target: "1001" });
    await world.store.trunks.create({ organizationId: world.acme.id, name: "acme-out", proxy: "sip.example", networks: ["192.0.2.0/24"] });
    await expect.poll(() => text("public.xml")).toContain('expression="^(?:\\+|00)?15550100001&#36;"');
    await expect.poll(() => text("directory.xml")).toContain(a1("1001", "beta.example", "other"));
    // FreeSWITCH's configuration chooses the name: one that cannot check who registers looks for another.
    expect(text("directory.xml")).toContain(`<param name="$\${snapshot_a1}" value="${a1("1001", "beta.example", "other")}"/>`);
    expect(text("directory.xml")).not.toContain('name="a1-hash"');
    const whole = `<all>${text("directory.xml")}${text("public.xml")}</all>`;
    expect(XMLValidator.validate(whole)).toBe(true);
    const parsed = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "" }).parse(whole) as { readonly all: { readonly domain: readonly { readonly name: string; readonly users: { readonly user: { readonly id: string } } }[] } };
    expect(parsed.all.domain.map(({ name, users }) => `${users.user.id}@${name}`)).toEqual(["1001@acme.example", "1001@beta.example", "network-1@trunks.callplane.invalid"]);
    expect(statSync(file("directory.xml")).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder.path, "snapshot")).sort()).toEqual(["directory.xml", "public.xml"]);
  });

  it("sends callers to an application's department, or lets the provider try again, since no program runs without Callplane", async () => {
    await world.store.departments.create(world.acme.id, "support", {});
    const line = { organizationId: world.acme.id, targetType: "url", target: "https://app.example.com/voice" } as const;
    await world.store.phoneLines.create({ ...line, number: "+15550100001", fallbackDepartment: "support" });
    await expect.poll(() => text("public.xml")).toContain('data="callplane_queue=support"');
    expect(text("public.xml")).not.toContain("callplane_program");
    await world.store.phoneLines.create({ ...line, number: "+15550100002" });
    await expect.poll(() => text("public.xml")).toContain('application="hangup" data="NORMAL_TEMPORARY_FAILURE"');
  });

  it("is without a removed user, and without an old password, before the write that did it resolves", async () => {
    const dora = await world.agent(world.acme, "1001", "secret");
    await world.agent(world.acme, "1002", "kept");
    await expect.poll(() => text("directory.xml")).toContain(a1("1002", "acme.example", "kept"));
    await world.store.agents.setSipPassword(dora.id, a1("1001", "acme.example", "new"));
    expect(text("directory.xml")).not.toContain(a1("1001", "acme.example", "secret"));
    await world.store.agents.remove(dora.id);
    expect(text("directory.xml")).not.toContain('id="1001"');
    expect(text("directory.xml")).toContain('id="1002"');
  });

  it("follows what another process writes", async () => {
    const other = await openStore(`file:${join(folder.path, "callplane.db")}`);
    try {
      const made = await other.agents.create({ organizationId: world.acme.id, agentId: "1007" });
      await expect.poll(() => text("directory.xml")).toContain('id="1007"');
      await other.agents.remove(made.id);
      await expect.poll(() => text("directory.xml")).not.toContain('id="1007"');
    } finally {
      await other.close();
    }
  });
});
