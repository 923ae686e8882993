import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cliWorld } from "./support.js";
import type { CliWorld, Outcome } from "./support.js";

let world: CliWorld;
beforeEach(async () => {
  world = cliWorld();
  for (const org of ["acme", "beta"]) await world.callplane(["org", "create", org, "--domain", `${org}.example`]);
  await world.callplane(["org", "set", "acme", "--departments", "support"]);
});
afterEach(() => world.close());

const cli = (line: string, stdin = ""): Promise<Outcome> => world.callplane(line.split(" "), { stdin });

describe("callplane line", () => {
  it("makes, lists and removes a number, which is one organization's alone", async () => {
    expect(await cli("line create +15550100001 --org acme --department support --recorded")).toMatchObject({ code: 0, out: "Line +15550100001 made, to department support, recorded.\n" });
    expect(await cli("line create +15550100001 --org beta --department support")).toMatchObject({ code: 2, err: expect.stringMatching(/no department support/) as string });
    await world.callplane(["org", "set", "beta", "--departments", "support"]);
    expect(await cli("line create +15550100001 --org beta --department support")).toMatchObject({ code: 1, err: expect.stringMatching(/in use/) as string });
    expect((await cli("line list --org acme")).out).toMatch(/\+15550100001 .*department support +recorded/);
    expect(await cli("line remove +15550100001 --org beta")).toMatchObject({ code: 1 });
    expect(await cli("line remove +15550100001 --org acme")).toMatchObject({ code: 0 });
    expect(JSON.parse((await cli("line list --json")).out)).toEqual([]);
  });

  it.each(["0100001", "+1", "+1555x"])("refuses the number %s", async (number) => {
    expect(await cli(`line create ${number} --org acme --department support`)).toMatchObject({ code: 2, err: expect.stringMatching(/^callplane: number: /) as string });
  });

  it("wants one target that exists", async () => {
    expect(await cli("line create +15550100001 --org acme")).toMatchObject({ code: 2 });
    expect(await cli("line create +15550100001 --org acme --client 1001")).toMatchObject({ code: 2, err: expect.stringMatching(/no agent 1001/) as string });
  });
});

describe("callplane line, by a trunk", () => {
  it("names a trunk of its own organization, which stays as long as the line names it", async () => {
    for (const [name, org] of [["acme-out", "acme"], ["beta-out", "beta"]] as const) await cli(`trunk create ${name} --org ${org} --proxy sip.example.com`);
    expect(await cli("line create +15550100001 --org acme --department support --trunk beta-out")).toMatchObject({ code: 2, err: expect.stringMatching(/no trunk beta-out/) as string });
    expect(await cli("line create +15550100001 --org acme --department support --trunk acme-out")).toMatchObject({ code: 0, out: "Line +15550100001 made, to department support, by the trunk acme-out.\n" });
    expect((await cli("line list")).out).toMatch(/TRUNK.*\n\+15550100001 .*acme-out/);
    expect(await cli("trunk remove acme-out --org acme")).toMatchObject({ code: 1, err: expect.stringMatching(/\+15550100001/) as string });
  });
});

describe("callplane line, to an application", () => {
  it("takes a URL with its fallbacks, or a configuration, and shows no signing token", async () => {
    expect(await cli("line create +15550100001 --org acme --url https://app.example.com/voice --fallback-url https://b.example.com/f --fallback-department support")).toMatchObject({ code: 0, out: "Line +15550100001 made, to url https://app.example.com/voice.\n" });
    expect(await cli("line create +15550100002 --org acme --url ftp://app.example.com/")).toMatchObject({ code: 2, err: expect.stringMatching(/^callplane: target: /) as string });
    expect(await cli("line create +15550100002 --org acme --config 7")).toMatchObject({ code: 2, err: expect.stringMatching(/no configuration 7/) as string });
    expect(await cli("line create +15550100002 --org acme --config 7 --department support")).toMatchObject({ code: 2 });
    const store = await world.store();
    const { id } = await store.voiceConfigs.create(1, "Main", {});
    expect(await cli(`line create +15550100002 --org acme --config ${id}`)).toMatchObject({ code: 0 });
    const [bot] = await store.phoneLines.list();
    await store.phoneLines.update(1, bot?.id ?? 0, { signingToken: "0123456789abcdef0123456789abcdef" });
    const listed = (await cli("line list --json")).out;
    expect(JSON.parse(listed)).toMatchObject([{ number: "+15550100001", targetType: "url", fallbackUrl: "https://b.example.com/f", fallbackDepartment: "support", hasSigningToken: true }, { targetType: "config", target: String(id), hasSigningToken: false }]);
    expect(listed).not.toContain("0123456789abcdef");
  });
});

describe("callplane trunk", () => {
  it("takes the password from standard input and never shows it", async () => {
    const made = await cli("trunk create acme-out --org acme --proxy sip.example.com --username u --register --networks 192.0.2.0/24 --password-stdin", "hunter2\n");
    expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^Trunk acme-out made, to sip\.example\.com\.\n/) as string });
    expect(made.out + (await cli("trunk list")).out + (await cli("trunk list --json")).out + (await cli("audit list --json")).out).not.toContain("hunter2");
    const store = await world.store();
    expect(await store.trunks.secrets()).toMatchObject([{ name: "acme-out", username: "u", password: "hunter2", register: true, networks: ["192.0.2.0/24"] }]);
    expect(await cli("trunk remove acme-out --org beta")).toMatchObject({ code: 1 });
    expect(await cli("trunk remove acme-out --org acme")).toMatchObject({ code: 0 });
  });

  it.each([
    ["trunk create trunk --org acme --proxy sip.example.com", "name"],
    ["trunk create a/b --org acme --proxy sip.example.com", "name"],
    ["trunk create x --org acme --proxy sip:example.com", "proxy"],
    ["trunk create x --org acme --proxy sip.example.com --username ${a}", "username"],
    ["trunk create x --org acme --proxy sip.example.com --networks 10.0.0.0/33", "networks"],
  ])("refuses %s", async (line, parameter) => {
    expect(await cli(line)).toMatchObject({ code: 2, err: expect.stringMatching(new RegExp(`^callplane: ${parameter}: `)) as string });
  });
});
