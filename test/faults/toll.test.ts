import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStage, type Client, type Reply, type Stage } from "../contract/harness.js";
import { ok, talkingWith, type Conversation } from "../contract/suites/steps.js";
import { openTappedLab, type TappedLab } from "./tap.js";

let lab: TappedLab;
let stage: Stage;
let call: Conversation;
beforeAll(async () => {
  lab = await openTappedLab();
  stage = await openStage(lab);
  call = await talkingWith(stage, "1001");
});
afterAll(async () => {
  await stage.close();
  await lab.close();
});

const operation = (name: string): string => `/voicechannel/calls/${call.id}:${name}`;
/** Every way in every face in which somebody may name a number to be dialled. */
const WAYS: Readonly<Record<string, (who: Client, to: string) => Promise<Reply>>> = {
  originate: (who, to) => who.post("/voicechannel/calls", { type: "phonenumber", to, agent: "1002@lab.test" }),
  transfer: (who, to) => who.post(operation("transfer"), { type: "phonenumber", to }),
  consult: (who, to) => who.post(operation("consult"), { type: "phonenumber", to }),
  conference: (who, to) => who.post(operation("conference"), { add: { type: "phonenumber", to } }),
  "seed 002 originate": (who, to) => who.post("/call/originate", { extension: to, agent: "1002@lab.test" }),
  "seed 002 originate by query": (who, to) => who.post(`/call/originate?${new URLSearchParams({ extension: to, agent: "1002@lab.test" }).toString()}`),
  "seed 003 originate": (who, to) => who.post("/api/v2/channels", { calledId: to, callerId: "1002@lab.test" }),
};
// The lab's organization may dial what begins with +1212.
const FORBIDDEN = [
  "+442079460000", "442079460000", "00442079460000", "011442079460000", "(020) 7946-0000", "09001234567", "+19005551234", "+1900#5551234", "+1*9005551234", "1-900-555-1234", "900.555.1234", "tel:+19005551234", "+1212", "+12125550", "1554000000", "01144212555432",
  "*72", "#1", "*01112125554321", "1212*4412345678", "999999999", "+44118118", "118 118", "+15557654321",
];
const DIALLED = /sofia\/|gateway/;

const dialled = (since: number): string[] => lab.tap.sent.slice(since).filter((line) => DIALLED.test(line));

describe("numbers outside an organization's allow list are never dialled", () => {
  it.each(Object.keys(WAYS))("by %s, whoever asks", async (way) => {
    const before = lab.tap.sent.length;
    for (const who of [stage.as.carol, stage.as.admin, stage.root]) {
      for (const to of FORBIDDEN) {
        const reply = await WAYS[way]?.(who, to);
        expect({ way, to, status: reply?.status, body: JSON.stringify(reply?.body) }).toEqual({ way, to, status: 403, body: expect.stringMatching(/NUMBER_NOT_ALLOWED/) as unknown });
      }
    }
    expect(dialled(before)).toEqual([]);
    expect(lab.tap.commands(before)).toEqual([]);
  });

  it("as an extension, an agent id or a department, which are looked for inside alone", async () => {
    const before = lab.tap.sent.length;
    for (const to of ["442079460000", "09001234567", "999999999"]) {
      expect(await stage.as.alice.post(operation("transfer"), { type: "client", to })).toMatchObject({ status: 404 });
      expect(await stage.as.alice.post(operation("consult"), { type: "client", to })).toMatchObject({ status: 404 });
      expect(await stage.as.alice.post(operation("conference"), { add: { type: "client", to } })).toMatchObject({ status: 404 });
      expect(await stage.as.alice.post(operation("transfer"), { type: "department", to })).toMatchObject({ status: 404 });
      expect(await stage.as.alice.post(`/v1/call/${call.id}/transfer`, { ext: to, legs: "aleg" })).toMatchObject({ status: 403 });
      expect((await stage.as.admin.post("/api/v2/channels", { calledId: "1001", callerId: to })).status).toBeGreaterThanOrEqual(400);
      expect((await stage.as.admin.post("/voicechannel/calls", { type: "client", to: "1001", agent: to })).status).toBeGreaterThanOrEqual(400);
    }
    expect(dialled(before)).toEqual([]);
    await stage.as.alice.sees(call.id, { state: "active" });
  });

  it("when it has no list at all: own extensions alone", async () => {
    const before = lab.tap.sent.length;
    expect(await stage.stranger.post("/voicechannel/calls", { type: "phonenumber", to: "+12125554321", agent: "1001" })).toMatchObject({ status: 403, body: { error: "NUMBER_NOT_ALLOWED" } });
    expect(lab.tap.commands(before)).toEqual([]);
  });

  it("and one that may be dialled goes where the organization's dial string says, and nowhere else", async () => {
    for (const to of ["+12125554321", "12125554321", "(212) 555-4321", "tel:+1-212-555-4321", "0012125554321"]) {
      const before = lab.tap.sent.length;
      ok(await stage.as.bob.post("/voicechannel/calls", { type: "phonenumber", to }), 201);
      const lines = dialled(before);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(`}user/1002@lab.test m:^:bridge:{outbound_redirect_fatal=true,sip_copy_custom_headers=false,ignore_early_media=false}sofia/gateway/trunk/+12125554321^playback:`);
    }
  });

  it("because one place alone makes a trunk's endpoint", () => {
    const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const makers = sources.filter((file) => readFileSync(join("src", file), "utf8").includes("endpoints.dialString("));
    expect(makers).toEqual([join("dialling", "policy.ts")]);
    const askers = sources.filter((file) => readFileSync(join("src", file), "utf8").includes(".endpointFor("));
    // What a phone dials itself is asked about where FreeSWITCH asks for its dialplan; to whom a program refers a far end is judged alike, and not dialled by us.
    expect(askers.sort()).toEqual([join("calls", "control", "targets.ts"), join("calls", "program-refers.ts"), join("provisioning", "dialplan-section.ts")]);
  });
});
