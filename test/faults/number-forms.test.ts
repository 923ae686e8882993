/** A number has one form, however it is written: in what is shown, in filters, and in the records. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../contract/harness.js";
import { eventually } from "../lab/wait.js";
import { openTappedLab, type TappedLab } from "./tap.js";

let lab: TappedLab;
let stage: Stage;
beforeAll(async () => {
  lab = await openTappedLab();
  stage = await openStage(lab);
});
afterAll(async () => {
  await stage.close();
  await lab.close();
});

const WRITTEN = ["+12125550123", "12125550123", "2125550123", "(212) 555-0123", "tel:+1-212-555-0123", "0012125550123"];
const search = (path: string, number: string): string => `${path}?${new URLSearchParams({ number }).toString()}`;

it("a caller's number is shown, found and recorded in E.164, however the trunk and who looks for it write it", async () => {
  const id = await lab.callIn({ from: "12125550123", to: "1001" });
  await stage.as.admin.sees(id, { from: "+12125550123" });
  const call = await stage.as.admin.call(id);
  expect(call?.legs.map(({ number }) => number).sort()).toEqual(["+12125550123", "1001"]);
  for (const number of WRITTEN) expect((await stage.as.admin.get(search("/voicechannel/calls", number))).body, number).toMatchObject({ total: 1, items: [{ id }] });
  for (const number of ["+12125550124", "1001x", "2125550124"]) expect((await stage.as.admin.get(search("/voicechannel/calls", number))).body, number).toMatchObject({ total: 0 });
  await stage.clear();
  await eventually("the record", async () => ((await stage.as.admin.get("/voiceconfig/calllogs")).body as { total: number }).total === 1);
  for (const number of WRITTEN) expect((await stage.as.admin.get(search("/voiceconfig/calllogs", number))).body, number).toMatchObject({ total: 1, items: [{ from: "+12125550123" }] });
  expect((await stage.as.admin.get(search("/voiceconfig/calllogs", "2125550124"))).body).toMatchObject({ total: 0 });
});

it("a number of a range that nobody has assigned is one number too", async () => {
  const id = await lab.callIn({ from: "15557654321", to: "1001" });
  await stage.as.admin.sees(id, { from: "+15557654321", to: "1001" });
  const forms = ["+15557654321", "15557654321", "5557654321", "(555) 765-4321", "tel:+1-555-765-4321", "0015557654321", "011 1 555 765 4321", "\uFEFF+1\u2009555\u2011765\u00AD4321", "1\u00A0555\uFF0D7654321"];
  for (const number of forms) expect((await stage.as.admin.get(search("/voicechannel/calls", number))).body, number).toMatchObject({ total: 1, items: [{ id }] });
  expect((await stage.as.admin.get("/voicechannel/calls?number=+15557654321")).body, "a plus that was not encoded").toMatchObject({ total: 1 });
  expect((await stage.root.get(`${search("/voicechannel/calls", "5557654321")}&domain=${lab.domain}`)).status).toBeLessThan(500);
  expect((await stage.as.admin.get(search("/voicechannel/calls", "1001"))).body, "an extension").toMatchObject({ total: 1 });
  await stage.clear();
  for (const number of forms) await eventually(`the record by ${number}`, async () => ((await stage.as.admin.get(search("/voiceconfig/calllogs", number))).body as { total: number }).total === 1);
  expect((await stage.as.admin.get("/voiceconfig/calllogs?number=+15557654321")).body).toMatchObject({ total: 1, items: [{ from: "+15557654321" }] });
});

it("a pasted number is taken wherever a number is, in every API", async () => {
  const { alice, admin } = stage.as;
  const pasted = "\u00A0(212)\u2009555\u20110177";
  const number = "+12125550177";
  const dials = async (what: string, act: () => Promise<{ readonly status: number; readonly body: unknown }>): Promise<void> => {
    expect(await act(), what).toMatchObject({ status: expect.toSatisfy((status: number) => status === 200 || status === 201, "200 or 201") as number });
    await eventually(`${number} to be called (${what})`, async () => (await admin.calls()).some(({ legs }) => legs.some((leg) => leg.number === number)));
    await stage.clear();
  };
  const talking = async (): Promise<string> => {
    const id = await lab.callIn({ from: "12125550123", to: "1001" });
    await alice.sees(id, { state: "active", assignedTo: "1001" });
    return id;
  };
  const target = { type: "phonenumber", to: pasted };
  await dials("originate", () => alice.post("/voicechannel/calls", target));
  await dials("seed 002", () => alice.post("/call/originate", { extension: pasted }));
  await dials("seed 003", () => alice.post("/api/v2/channels", { calledId: pasted }));
  for (const act of ["transfer", "consult"]) {
    const id = await talking();
    await dials(act, () => alice.post(`/voicechannel/calls/${id}:${act}`, target));
  }
  const conference = await talking();
  await dials("conference", () => alice.post(`/voicechannel/calls/${conference}:conference`, { add: target }));
  const twilio = await talking();
  await dials("seed 001", () => alice.post(`/voicetwilio/calls/${twilio}:transfer`, { callSid: twilio, ...target }));
  const tel4vn = await talking();
  await dials("seed 004", () => alice.post(`/v1/call/${tel4vn}/transfer`, { ext: pasted, legs: "aleg" }));
});
