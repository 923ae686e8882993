import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { receiver, type Receiver } from "../outbound/support.js";
import { cliWorld } from "./support.js";
import type { CliWorld, Outcome } from "./support.js";

let world: CliWorld;
let server: Receiver;
let status: number;
beforeEach(async () => {
  world = cliWorld();
  status = 200;
  server = await receiver((_request, response) => void response.writeHead(status).end());
  for (const org of ["acme", "beta"]) await world.callplane(["org", "create", org, "--domain", `${org}.example`]);
});
afterEach(async () => {
  await server.close();
  await world.close();
});

const cli = (line: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> => world.callplane(line.split(" "), { env });

describe("callplane webhook", () => {
  it("makes, changes, lists and removes a webhook, and shows its secret once", async () => {
    const made = await cli("webhook create https://crm.example.com/callplane --org acme --topics call,calllog.completed --json");
    expect(JSON.parse(made.out)).toMatchObject({ id: 1, url: "https://crm.example.com/callplane", topics: ["call", "calllog.completed"], enabled: true, secret: expect.stringMatching(/^whsec_/) as string });
    expect(await cli("webhook set 1 --org beta --disable")).toMatchObject({ code: 1, err: expect.stringMatching(/does not exist/) as string });
    expect(await cli("webhook set 1 --org acme --disable")).toMatchObject({ code: 0, out: "Webhook 1 changed.\n" });
    const listed = (await cli("webhook list")).out;
    expect(listed).toMatch(/1 +acme +https:\/\/crm\.example\.com\/callplane +call,calllog\.completed +disabled/);
    expect(listed + (await cli("webhook list --json")).out).not.toContain("whsec_");
    expect((await cli("webhook rotate 1 --org acme")).out).toMatch(/whsec_/);
    expect(await cli("webhook deliveries 1 --org acme")).toMatchObject({ code: 0, out: "0 delivered, 0 attempts failed, 0 dropped, 0 waiting\nno attempt yet\n" });
    expect(await cli("webhook remove 1 --org acme")).toMatchObject({ code: 0 });
    expect(JSON.parse((await cli("webhook list --json")).out)).toEqual([]);
    expect((await cli("audit list --json")).out).toMatch(/webhook\.create[^]*webhook\.update[^]*webhook\.rotate[^]*webhook\.delete|webhook\.delete[^]*webhook\.rotate[^]*webhook\.update[^]*webhook\.create/);
  });

  it("refuses what makes no sense", async () => {
    for (const line of ["create ftp://crm.example.com/ --org acme --topics call", "create https://crm.example.com/ --org acme --topics calls", "create https://crm.example.com/ --org acme", "set 1 --org acme", "set 1 --org acme --enable --disable"]) {
      expect(await cli(`webhook ${line}`)).toMatchObject({ code: 2 });
    }
    expect(await cli("webhook test 7 --org acme")).toMatchObject({ code: 1, err: expect.stringMatching(/does not exist/) as string });
  });

  it("tests one, where its address may be asked", async () => {
    await cli(`webhook create ${server.url}/hook --org acme --topics call`);
    expect(await cli("webhook test 1 --org acme")).toMatchObject({ code: 1, out: "Not delivered: The host's address is not one that may be asked.\n" });
    const allowed = { OUTBOUND_ALLOWED: "127.0.0.1" };
    expect(await cli("webhook test 1 --org acme", allowed)).toMatchObject({ code: 0, out: expect.stringMatching(/^Delivered: 200 in \d+ ms\.\n$/) as string });
    expect(JSON.parse(server.received[0]?.body ?? "")).toMatchObject({ type: "webhook.test", organization: "acme.example" });
    status = 500;
    expect(await cli("webhook test 1 --org acme", allowed)).toMatchObject({ code: 1, out: "Not delivered: The server answered 500.\n" });
  });
});
