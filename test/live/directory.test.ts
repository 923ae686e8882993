/** The directory of an organization, and that its agents are told of what changes in it. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Contact } from "../../src/events/index.js";
import { openStage, type Client, type Stage } from "../contract/harness.js";
import { Follower } from "../contract/suites/follower.js";
import { waitingIn } from "../contract/suites/steps.js";
import { openSimulatedLab } from "../lab/simulated.js";
import { eventually } from "../lab/wait.js";

let stage: Stage;
const following: Follower[] = [];

beforeAll(async () => {
  stage = await openStage(await openSimulatedLab());
});
afterEach(async () => {
  for (const follower of following.splice(0)) follower.close();
  await stage.clear();
});
afterAll(async () => {
  await stage.close();
  await stage.lab.close();
});

interface Page {
  readonly items: readonly Contact[];
  readonly total: number;
  readonly next: string | null;
}

const directory = async (client: Client, query = ""): Promise<Page> => (await client.get(`/voicechannel/directory${query}`)).body as Page;
const idOf = (reply: { readonly body: unknown }): string => (reply.body as { id: string }).id;

async function follow(client: Client): Promise<Follower> {
  const follower = await new Follower().open(client);
  following.push(follower);
  await follower.sees("the snapshot", ({ type }) => type === "snapshot");
  return follower;
}

const items = (follower: Follower): readonly Contact[] => follower.told.filter(({ type }) => type === "directory.presence").flatMap(({ data }) => (data as unknown as { items: readonly Contact[] }).items);

describe("the directory", () => {
  it("shows colleagues, departments and shared numbers to every role, page by page and by what is looked for", async () => {
    const made = await stage.as.admin.post("/voiceconfig/directory", { name: "Taxi Rossi", number: "(212) 555-0101" });
    expect(made).toMatchObject({ status: 201, body: { name: "Taxi Rossi", number: "+12125550101" } });
    const whole = await directory(stage.as.alice);
    expect(whole.items.map(({ type, id }) => `${type} ${id}`)).toEqual(["agent 1001", "agent 1002", "agent 1003", "agent 1004", "agent 1005", "department sales", "department support", `number ${idOf(made)}`]);
    expect(whole.items[1]).toMatchObject({ type: "agent", id: "1002", extension: "1002", presence: { status: "offline", reason: null }, registered: true, free: null, waiting: null });
    expect(whole.items[5]).toMatchObject({ type: "department", name: "sales", presence: null, free: 0, waiting: 0, longestWaitS: 0 });
    for (const client of [stage.as.carol, stage.as.admin]) expect((await directory(client)).total).toBe(8);
    expect((await directory(stage.as.alice, "?q=ROSSI")).items).toMatchObject([{ type: "number", name: "Taxi Rossi" }]);
    expect((await directory(stage.as.alice, "?q=1004")).items.map(({ id }) => id)).toEqual(["1004"]);
    const first = await directory(stage.as.alice, "?type=agent&limit=3");
    expect([first.items.length, first.total]).toEqual([3, 5]);
    expect((await directory(stage.as.alice, `?type=agent&limit=3&cursor=${first.next ?? ""}`)).items.map(({ id }) => id)).toEqual(["1004", "1005"]);
    expect(JSON.stringify(await directory(stage.stranger))).not.toContain("1001");
    expect((await stage.root.get("/voicechannel/directory")).status).toBe(400);
    expect((await directory(stage.root, `?domain=${stage.lab.domain}`)).total).toBe(8);
    expect((await stage.as.alice.get("/voicechannel/directory?cursor=x")).status).toBe(400);
    expect((await stage.as.admin.delete(`/voiceconfig/directory/${idOf(made)}`)).status).toBe(204);
  });

  it("is kept by those who configure, and each change is told to the agents, and that of a shared number to everybody", async () => {
    const [alice, carol] = [await follow(stage.as.alice), await follow(stage.as.carol)];
    expect((await stage.as.alice.post("/voiceconfig/directory", { name: "Taxi", number: "+12125550101" })).status).toBe(403);
    expect((await stage.as.admin.post("/voiceconfig/directory", { name: "Taxi", number: "12" })).status).toBe(201);
    expect((await stage.as.admin.post("/voiceconfig/directory", { name: "Taxi", number: "x" })).status).toBe(400);
    const id = idOf(await stage.as.admin.post("/voiceconfig/directory", { name: "Doctor", number: "+12125550102" }));
    await eventually("the number", () => items(alice).some((item) => item.type === "number" && item.name === "Doctor"));
    expect((await stage.as.admin.put(`/voiceconfig/directory/${id}`, { name: "Dr. Bell" })).body).toMatchObject({ id, name: "Dr. Bell", number: "+12125550102" });
    const one = await stage.as.alice.get(`/voiceconfig/directory/${id}`);
    const etag = one.headers.get("etag") ?? "";
    expect((await stage.as.alice.get(`/voiceconfig/directory/${id}`, { "if-none-match": etag })).status).toBe(304);
    expect((await stage.as.admin.put(`/voiceconfig/directory/${id}`, { name: "Nobody" }, { "if-match": '"older"' })).status).toBe(412);
    expect((await stage.as.admin.delete(`/voiceconfig/directory/${id}`, { "if-match": '"older"' })).status).toBe(412);
    expect((await stage.as.alice.get("/voiceconfig/directory?q=bell&sort=-name&limit=1")).body).toMatchObject({ items: [{ id }], total: 1, next: null });
    await eventually("its new name", () => items(alice).some(({ name }) => name === "Dr. Bell"));
    await stage.as.dave.post("/voicechannel/agents/1004/status", { status: "online" });
    await eventually("the colleague", () => items(alice).some((item) => item.id === "1004" && item.presence?.status === "online"));
    const waiting = await waitingIn(stage, "sales");
    await eventually("the department", () => items(alice).some((item) => item.id === "sales" && item.waiting === 1));
    await stage.lab.hangUp(waiting.customer);
    expect((await stage.stranger.delete(`/voiceconfig/directory/${id}`)).status).toBe(404);
    expect((await stage.as.admin.delete(`/voiceconfig/directory/${id}`)).status).toBe(204);
    await eventually("its removal", () => alice.told.some(({ type, data }) => type === "directory.presence" && JSON.stringify(data).includes(`{"type":"number","id":"${id}"}`)));
    // What else changes in the directory supervisors are told by other events.
    await eventually("its removal", () => carol.told.some(({ type, data }) => type === "directory.presence" && JSON.stringify(data).includes(`{"type":"number","id":"${id}"}`)));
    expect(items(carol).map(({ name }) => name).filter((name) => name !== "Taxi")).toEqual(["Doctor", "Dr. Bell"]);
  });
});

describe("the settings of an organization", () => {
  interface Me {
    readonly organization: { readonly id: number; readonly name: string; readonly domain: string };
    readonly settings: Readonly<Record<string, unknown>>;
  }
  const me = async (client: Client): Promise<Me> => (await client.get("/me")).body as Me;

  it("are told to everybody of it as GET /me shows them, and whatever an agent sees by them is shown anew", async () => {
    const followers = await Promise.all([stage.as.alice, stage.as.carol, stage.as.admin, stage.root].map(follow));
    const stranger = await follow(stage.stranger);
    const { organization } = await me(stage.as.alice);
    const changes = [
      () => stage.as.admin.put(`/voiceconfig/organizations/${organization.id}`, { awayReasons: ["lunch", "training"] }),
      () => stage.as.admin.put("/voiceconfig/departments/support", { dispositions: ["sold", "lost"] }),
      () => stage.as.admin.put(`/voiceconfig/organizations/${organization.id}`, { supervisionVisible: true }),
    ];
    for (const [index, change] of changes.entries()) {
      expect((await change()).status).toBe(200);
      const { settings } = await me(stage.as.alice);
      for (const follower of followers) {
        await eventually("the change", () => follower.types.filter((type) => type === "organization.updated").length > index);
        expect(follower.told.findLast(({ type }) => type === "organization.updated")?.data).toEqual({ organization, settings });
      }
    }
    const [alice, carol] = followers;
    await eventually("a new snapshot", () => alice?.types.filter((type) => type === "snapshot").length === 2);
    expect(carol?.types.filter((type) => type === "snapshot")).toHaveLength(1);
    // What is so already is no change.
    expect((await stage.as.admin.put(`/voiceconfig/organizations/${organization.id}`, { supervisionVisible: true })).status).toBe(200);
    expect((await stage.as.admin.put(`/voiceconfig/organizations/${organization.id}`, { supervisionVisible: false })).status).toBe(200);
    await eventually("the last change", () => carol?.told.findLast(({ type }) => type === "organization.updated")?.data !== undefined && carol.types.filter((type) => type === "organization.updated").length === 4);
    expect(stranger.types).not.toContain("organization.updated");
  });
});
