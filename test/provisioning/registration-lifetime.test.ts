/** What FreeSWITCH is told of a registration with the user whom it authenticates. */
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { registrationStamp } from "../../src/provisioning/registration-stamp.js";
import { HASH } from "../store/support.js";
import { temporaryDirectory } from "../support/temporary.js";
import { a1, authentication, lookUp, openWorld } from "./world.js";
import type { World } from "./world.js";

let folder: ReturnType<typeof temporaryDirectory>;
let world: World;
beforeEach(async () => {
  folder = temporaryDirectory();
  world = await openWorld({ snapshotDir: folder.path });
});
afterEach(async () => {
  await world.close();
  folder.remove();
});

const variable = (document: string, name: string): string | undefined => new RegExp(`<variable name="${name}" value="([^"]*)"/>`).exec(document)?.[1];
const OWN = a1("1001", "acme.example", "the phone's own");

describe("the variables of a user who authenticates", () => {
  it("bound a registration by the setting, and stamp it with the agent's own password", async () => {
    await world.agent(world.acme, "1001", "the phone's own");
    const document = await world.ask(authentication("1001", "acme.example", "the phone's own"));
    expect([variable(document, "sip-force-expires-max"), variable(document, "registration_metadata")]).toEqual(["3600", registrationStamp(OWN, undefined)]);
  });

  it("bound a registration by a one-time password by what is left of it", async () => {
    const agent = await world.agent(world.acme, "1001", "the phone's own");
    const once = async (password: string, ms: number): Promise<string> => {
      await world.store.agents.addSipCredential({ id: randomUUID(), agentRow: agent.id, a1: a1("1001", "acme.example", password), expiresAt: new Date(Date.now() + ms) });
      return world.ask(authentication("1001", "acme.example", password));
    };
    const short = await once("once", 60_000);
    expect(Number(variable(short, "sip-force-expires-max"))).toBeGreaterThan(30);
    expect(Number(variable(short, "sip-force-expires-max"))).toBeLessThanOrEqual(60);
    expect(variable(short, "registration_metadata")).toBe(registrationStamp(a1("1001", "acme.example", "once"), undefined));
    expect(variable(await once("for a day", 86_400_000), "sip-force-expires-max")).toBe("3600");
    // Never 0, which FreeSWITCH takes for no bound.
    expect(variable(await once("nearly over", 900), "sip-force-expires-max")).toMatch(/^(?:1|3600)$/);
  });

  it("stamp the login too, so that a change of it shows", async () => {
    const agent = await world.agent(world.acme, "1001", "the phone's own");
    const stamp = async (): Promise<string | undefined> => variable(await world.ask(authentication("1001", "acme.example", "the phone's own")), "registration_metadata");
    const stamps = [await stamp()];
    const user = await world.store.users.create({ username: "eve", organizationId: world.acme.id, role: "agent", agentId: agent.agentId, passwordHash: HASH });
    stamps.push(await stamp());
    await world.store.users.update(user.id, { role: "supervisor" });
    stamps.push(await stamp());
    await world.store.users.update(user.id, { passwordHash: `${HASH}x` });
    stamps.push(await stamp());
    await world.store.users.update(user.id, { permissions: ["listen"] });
    expect(await stamp()).toBe(stamps.at(-1));
    expect(new Set(stamps).size).toBe(4);
    for (const each of stamps) expect(each).not.toContain(HASH);
  });

  it("are for an authentication alone, and in the snapshot for the agent's own password", async () => {
    await world.agent(world.acme, "1001", "the phone's own");
    const document = await world.ask(lookUp("1001", "acme.example"));
    expect(variable(document, "registration_metadata")).toBeUndefined();
    const snapshot = (): string => (existsSync(join(folder.path, "directory.xml")) ? readFileSync(join(folder.path, "directory.xml"), "utf8") : "");
    await expect.poll(() => variable(snapshot(), "registration_metadata")).toBe(registrationStamp(OWN, undefined));
    expect(variable(snapshot(), "sip-force-expires-max")).toBe("3600");
    const user = await world.store.users.create({ username: "eve", organizationId: world.acme.id, role: "agent", agentId: "1001", passwordHash: HASH });
    await world.store.users.update(user.id, { passwordHash: `${HASH}x` });
    // What was taken away is gone from the file before the write is told as done.
    expect(variable(snapshot(), "registration_metadata")).toBe(registrationStamp(OWN, { role: "agent", passwordHash: `${HASH}x` }));
  });
});
