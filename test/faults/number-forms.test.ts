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

it("an agent's extension stays what it is", async () => {
  const id = await lab.callIn({ from: "15551230001", to: "1001" });
  expect((await stage.as.admin.sees(id, { from: "15551230001" })).to).toBe("1001");
  expect((await stage.as.admin.get(search("/voicechannel/calls", "1001"))).body).toMatchObject({ total: 1 });
});
