import { afterEach, describe, expect, it } from "vitest";
import { Backoff } from "../../src/freeswitch/backoff.js";
import { commands, createNodes, type SwitchNodes } from "../../src/freeswitch/index.js";
import { PASSWORD, ScriptedSwitch } from "./scripted-switch.js";
import { until } from "./until.js";

const nothing = (): void => undefined;

/** `told`: what its listeners hear. */
function connect(servers: readonly { readonly name: string; readonly port: number }[], told: string[] = []): SwitchNodes {
  return createNodes({
    nodes: servers.map(({ name, port }) => ({ name, host: "127.0.0.1", port, password: PASSWORD })),
    sink: { event: nothing, snapshot: (name) => told.push(`${name} tells`), status: nothing, removed: (name) => told.push(`${name} removed`) },
    logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    metrics: { eventReceived: nothing, commandFinished: nothing, reconnected: nothing, nodeRemoved: (name) => told.push(`${name} uncounted`) },
    timing: { backoffMinMs: 5, backoffMaxMs: 20 },
  });
}

describe("the set of nodes", () => {
  const toClose: { close: () => Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of toClose.splice(0)) await one.close();
  });

  it("knows each by its name, and which of them are ready", async () => {
    const [one, two] = [await ScriptedSwitch.listen(), await ScriptedSwitch.listen()];
    const nodes = connect([{ name: "one", port: one.port }, { name: "two", port: two.port }]);
    toClose.push(nodes, one, two);
    expect(nodes.isReady("one")).toBe(false);
    await until("all ready", () => nodes.all().every(({ name }) => nodes.isReady(name)));
    await two.close();
    await until("one down", () => nodes.get("two").status().state === "down");
    expect(["one", "two", "three"].map((name) => nodes.isReady(name))).toEqual([true, false, false]);
    expect(() => nodes.get("three")).toThrow(expect.objectContaining({ code: "SwitchUnavailable" }));
  });

  it("follows a node that is added, and lets go of one that is removed, of which nothing is told any more", async () => {
    const [one, two] = [await ScriptedSwitch.listen(), await ScriptedSwitch.listen()];
    const told: string[] = [];
    const nodes = connect([{ name: "one", port: one.port }], told);
    toClose.push(nodes, one, two);
    const address = { name: "two", host: "127.0.0.1", port: two.port, password: PASSWORD };
    const added = nodes.add(address);
    expect(() => nodes.add(address)).toThrow(TypeError);
    await until("both ready", () => nodes.isReady("one") && nodes.isReady("two"));
    const pending = added.api(commands.version());
    pending.catch(nothing);
    const removal = nodes.remove("two");
    expect([nodes.all().map(({ name }) => name), nodes.isReady("two"), added.status().state]).toEqual([["one"], false, "closed"]);
    expect(() => nodes.get("two")).toThrow(expect.objectContaining({ code: "SwitchUnavailable" }));
    await removal;
    await nodes.remove("two");
    await expect(added.api(commands.version())).rejects.toMatchObject({ code: "SwitchUnavailable" });
    expect(told.filter((each) => each.startsWith("two")).slice(-2)).toEqual(["two removed", "two uncounted"]);
    nodes.add(address);
    await until("it to be ready again", () => nodes.isReady("two"));
    expect(told.at(-1)).toBe("two tells");
  });

  it("does not take the same name twice", () => {
    expect(() => connect([{ name: "one", port: 1 }, { name: "one", port: 2 }])).toThrow(TypeError);
  });
});

describe("the backoff", () => {
  const timing = { backoffMinMs: 250, backoffMaxMs: 2000, unusableMs: 30_000 };

  it("doubles its steps up to the longest, from anew after a healthy time", () => {
    const backoff = new Backoff({ ...timing, random: () => 1 });
    const steps = Array.from({ length: 5 }, () => backoff.next(false));
    expect(steps).toEqual([250, 500, 1000, 2000, 2000]);
    backoff.reset();
    expect(backoff.next(false)).toBe(250);
  });

  it("spreads each step over its whole length", () => {
    expect(new Backoff({ ...timing, random: () => 0 }).next(false)).toBe(0);
    expect(new Backoff({ ...timing, random: () => 0.5 }).next(false)).toBe(125);
  });

  it("takes the longest step at once for what only an operator can mend", () => {
    expect(new Backoff({ ...timing, random: () => 0 }).next(true)).toBe(30_000);
  });
});
