/** What only a real FreeSWITCH can show of toll control and registration attacks. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../src/store/index.js";
import type { EslEvent } from "../lab/esl-client.js";
import { findHost } from "../lab/find-host.js";
import { createRealLab, type RealLab } from "../lab/real.js";
import { tryToRegister } from "../lab/sip-register.js";
import { eventually } from "../lab/wait.js";
import { openStage, type Stage } from "./harness.js";
import { ok, talkingWith } from "./suites/steps.js";

const found = await findHost();
const title = "missing" in found ? `toll control on a real FreeSWITCH (skipped: ${found.missing})` : `toll control on a real FreeSWITCH (${found.host.description})`;

describe.skipIf("missing" in found)(title, () => {
  const world: { lab: RealLab | null; stage: Stage | null; ended: EslEvent[] } = { lab: null, stage: null, ended: [] };
  const lab = (): RealLab => world.lab ?? fail();
  const stage = (): Stage => world.stage ?? fail();
  const fail = (): never => {
    throw new Error("The lab did not start.");
  };
  let attempts: EslEvent[] = [];
  const created: EslEvent[] = [];

  beforeAll(async () => {
    const result = await createRealLab();
    if ("skipped" in result) throw new Error(result.skipped);
    world.lab = result.lab;
    world.stage = await openStage(result.lab, { BAN_AFTER: "3" });
    await result.lab.switchEsl.subscribe("CHANNEL_HANGUP CUSTOM sofia::register_failure");
    result.lab.switchEsl.on((event) => {
      if (event.get("Event-Name") === "CHANNEL_CREATE") created.push(event);
      if (event.get("Event-Name") === "CHANNEL_HANGUP") world.ended.push(event);
      if (event.get("Event-Subclass") === "sofia::register_failure") attempts.push(event);
    });
    const store = await openStore(world.stage.databaseUrl);
    const [organization] = (await store.organizations.list()).filter(({ name }) => name === "lab");
    await store.organizations.update(organization?.id ?? 0, { maxOutboundCallS: 2, callerId: "+12125550199" });
    await store.close();
    // It reads the limits anew.
    await world.stage.restartCallplane();
  }, 90_000);
  afterEach(async () => {
    await stage().startAgain();
    await stage().clear();
    world.ended.length = 0;
    attempts = [];
  });
  afterAll(async () => {
    await world.stage?.close();
    await world.lab?.close();
  });

  const causeOf = (number: string): Promise<string | undefined> =>
    eventually(`the leg to ${number} to end`, () => world.ended.find((event) => event.get("Caller-Destination-Number") === number)?.get("Hangup-Cause"), { timeoutMs: 10_000, details: () => world.ended.map((event) => `${event.get("Caller-Destination-Number")}: ${event.get("Hangup-Cause")}`).join(", ") });

  it("ends an originated call when its time is up, without Callplane", async () => {
    const number = "+12125550111";
    ok(await stage().as.bob.post("/voicechannel/calls", { type: "phonenumber", to: number }), 201);
    await stage().stopCallplane();
    expect(await causeOf(number)).toBe("ALLOTTED_TIMEOUT");
    await eventually("the agent's leg to end too", async () => /^0 total/m.test(await lab().switchEsl.api("show channels")));
  });

  it("ends a transferred call when its time is up, without Callplane, and shows the organization's own number", async () => {
    const number = "+12125550112";
    const { id } = await talkingWith(stage(), "1002");
    ok(await stage().as.bob.post(`/voicechannel/calls/${id}:transfer`, { type: "phonenumber", to: number }));
    await stage().stopCallplane();
    expect(await causeOf(number)).toBe("ALLOTTED_TIMEOUT");
    expect(created.find((event) => event.get("Caller-Destination-Number") === number)?.get("Caller-Caller-ID-Number")).toBe("+12125550199");
  });

  it("tells of a phone with a wrong password, and of one that there is not, as the simulated switch does", async () => {
    const profile = await lab().switchEsl.api("sofia status profile internal");
    const port = Number(/^BIND-URL\s+sip:mod_sofia@[^:]+:(\d+)/m.exec(profile)?.[1]);
    const attempt = (user: string): Promise<number> => tryToRegister({ port, user, domain: lab().domain, password: "a guess" });
    expect(await attempt("1001")).toBe(403);
    expect(await attempt("nobody")).toBe(403);
    expect(await attempt("1001")).toBe(403);
    await eventually("FreeSWITCH to tell of it", () => attempts.length >= 3);
    const told = ["profile-name", "to-user", "to-host", "network-ip", "user-agent", "registration-type"].map((header) => [header, attempts[0]?.get(header)]);
    expect(Object.fromEntries(told)).toEqual({ "profile-name": "internal", "to-user": "1001", "to-host": lab().domain, "network-ip": "127.0.0.1", "user-agent": "a stranger", "registration-type": "REGISTER" });
    expect(attempts[1]?.get("to-user")).toBe("nobody");
    await eventually("the attack to be in the audit log", async () => (await stage().audit()).find(({ action, target, detail }) => action === "security.registration_attack" && target === "127.0.0.1" && detail.banned === false));
  });
});
