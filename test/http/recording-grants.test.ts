/** One-use addresses of recordings, for players that send no token. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RecordingGrants } from "../../src/http/call-logs/grants.js";
import { ACTORS, bearer, CALLS, createWorld, type World } from "./fakes.js";

let world: World;
beforeAll(async () => {
  world = createWorld();
  await world.app.ready();
});
afterAll(() => world.close());

const path = (id: string): string => `/voiceconfig/recordings/${id}`;

describe("POST /voiceconfig/recordings/{id}:grant", () => {
  test("gives an address that plays without a token, to one player, that recording alone, and is audited", async () => {
    const reply = await world.app.inject({ method: "POST", url: `${path(CALLS.alice)}:grant`, headers: bearer("alice") });
    expect([reply.statusCode, reply.headers["location"]]).toEqual([201, `${path(CALLS.alice)}/content`]);
    const { url, expires } = reply.json<{ url: string; expires: string }>();
    expect(Date.parse(expires)).toBeGreaterThan(Date.now());
    expect(world.audit.at(-1)).toMatchObject({ actor: "alice", action: "recording.grant", target: CALLS.alice });
    const status = async (address: string, remoteAddress: string): Promise<number> => (await world.app.inject({ url: address, remoteAddress })).statusCode;
    expect(await status(url.replace(/grant=.*/, "grant=guess"), "192.0.2.1")).toBe(401);
    expect(await status(url.replace(CALLS.alice, CALLS.bob), "192.0.2.1")).toBe(401);
    // The small world has no file; whoever is let in learns that.
    expect(await status(url, "192.0.2.1")).toBe(404);
    expect(await status(url, "192.0.2.1")).toBe(404);
    expect(await status(url, "192.0.2.2")).toBe(401);
    expect(world.log.join("")).not.toContain(url.split("grant=")[1]);
  });

  test("is refused for a colleague's recording", async () => {
    expect((await world.app.inject({ method: "POST", url: `${path(CALLS.alice)}:grant`, headers: bearer("bob") })).statusCode).toBe(403);
  });
});

describe("a grant", () => {
  const clock = { at: 0, now: () => clock.at };
  const carol = ACTORS["carol"];
  if (carol === undefined) throw new Error("carol");
  const give = (grants: RecordingGrants): string => grants.give("r1", carol, async () => carol).grant;

  test("is worth nothing after a minute, and a player has a quarter of an hour", async () => {
    const grants = new RecordingGrants(clock);
    const [unused, used] = [give(grants), give(grants)];
    clock.at += 59_000;
    await expect(grants.redeem(used, "r1", "192.0.2.1")).resolves.toBe(carol);
    clock.at += 2_000;
    await expect(grants.redeem(unused, "r1", "192.0.2.1")).rejects.toMatchObject({ code: "Unauthorized" });
    clock.at += 14 * 60_000;
    await expect(grants.redeem(used, "r1", "192.0.2.1")).resolves.toBe(carol);
    clock.at += 60_000;
    await expect(grants.redeem(used, "r1", "192.0.2.1")).rejects.toMatchObject({ code: "Unauthorized" });
  });

  test("ends with the token, and a token has twenty at most", async () => {
    const grants = new RecordingGrants(clock);
    const { grant } = grants.give("r1", carol, () => Promise.reject(new Error("revoked")));
    await expect(grants.redeem(grant, "r1", "192.0.2.1")).rejects.toThrow("revoked");
    for (let count = 1; count < 20; count++) give(grants);
    expect(() => give(grants)).toThrow(expect.objectContaining({ code: "RateLimited" }));
  });
});
