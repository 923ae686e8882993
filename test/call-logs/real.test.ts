/** What remains of calls on a real FreeSWITCH while Callplane is away: its own call detail records (mod_json_cdr). */
import { readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Client, openStage, type Stage } from "../contract/harness.js";
import { newCustomer, ok, talkingWith, shownAs } from "../contract/suites/steps.js";
import { describeReal } from "../lab/describe-real.js";
import { createRealLab, type RealLab } from "../lab/real.js";
import { eventually } from "../lab/wait.js";
import { startProcess } from "../support/process.js";
import { temporaryDirectory } from "../support/temporary.js";
import { finishedRecord, type ShownLog } from "./shown.js";

describeReal("call records of a real FreeSWITCH", await createRealLab(), suite);

function suite(lab: RealLab): void {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage(lab, { CDR_DIR: lab.cdrDir });
  });
  afterAll(async () => {
    await stage.close();
    await lab.close();
  });

  const logsOf = async (customer: string, as: Client = stage.as.admin): Promise<ShownLog[]> => ((await as.get(`/voiceconfig/calllogs?number=${encodeURIComponent(customer)}`)).body as { items: ShownLog[] }).items;
  const finished = (id: string): Promise<ShownLog> => finishedRecord(id, stage.as.admin);
  const noChannels = (): Promise<boolean> => eventually("the switch to have no channel", async () => /^0 total/m.test(await lab.switchEsl.api("show channels count")));
  const nothingLeft = (): Promise<boolean> => eventually("the records to be removed", () => readdirSync(lab.cdrDir).length === 0);

  it("an answered, held and transferred call that the customer ends while Callplane is away has one complete record", async () => {
    const { id, customer } = await talkingWith(stage, "1001");
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:hold`));
    await stage.as.alice.sees(id, { state: "held" });
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:resume`));
    await stage.as.alice.sees(id, { state: "active" });
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }));
    await stage.as.bob.sees(id, { state: "active", assignedTo: "1002" });
    await stage.stopCallplane();
    await lab.hangUp(customer);
    await noChannels();
    const hungUpAt = Date.now();
    await eventually("FreeSWITCH's records", () => readdirSync(lab.cdrDir).length > 0);
    await stage.startAgain();
    const log = await finished(id);
    expect(log).toMatchObject({ from: shownAs(customer), to: "1001", direction: "inbound", agent: "1002", status: "completed", hangupCause: "NORMAL_CLEARING", hungUpBy: "customer" });
    expect(log.timeline.map(({ type }) => type)).toEqual(expect.arrayContaining(["answered", "held", "resumed", "transferred", "ended"]));
    expect([...new Set(log.legs.map(({ source }) => source))]).toEqual(["cdr"]);
    expect(log.legs.filter(({ agent }) => agent === "1002")).toHaveLength(1);
    expect(log.holdMs).toBeGreaterThan(0);
    expect(log.talkMs).toBeGreaterThan(0);
    const lasted = Date.parse(log.endedAt ?? "") - Date.parse(log.startedAt);
    expect(log.waitMs + log.talkMs + log.holdMs).toBeLessThanOrEqual(lasted);
    // FreeSWITCH's own end, not the moment at which Callplane heard of it.
    expect(Date.parse(log.endedAt ?? "")).toBeLessThanOrEqual(hungUpAt);
    expect(await logsOf(log.from)).toHaveLength(1);
    await nothingLeft();
  });

  it("a call that begins and ends while Callplane is away has one record, from FreeSWITCH's alone", async () => {
    await stage.stopCallplane();
    const customer = newCustomer();
    const id = await lab.callIn({ from: customer, to: "1001" });
    await eventually("the conversation", async () => (await lab.hears(customer)).has("1001"));
    await lab.hangUp(customer);
    await noChannels();
    await eventually("FreeSWITCH's records of two legs", () => readdirSync(lab.cdrDir).length === 2);
    await stage.startAgain();
    const log = await finished(id);
    expect(log).toMatchObject({ from: shownAs(customer), to: "1001", direction: "inbound", agent: "1001", status: "completed", hangupCause: "NORMAL_CLEARING", hungUpBy: "customer" });
    expect(log.legs.map(({ role, agent, source }) => ({ role, agent, source }))).toEqual([{ role: "customer", agent: null, source: "cdr" }, { role: "agent", agent: "1001", source: "cdr" }]);
    expect(log.timeline.map(({ type }) => type).sort()).toEqual(["ended", "found"]);
    expect(log.talkMs).toBeGreaterThan(0);
    expect(log.holdMs).toBe(0);
    expect(await logsOf(log.from)).toHaveLength(1);
    await nothingLeft();
  });

  it("calls that are held, transferred and recorded through kills of Callplane, and one that is lost with a killed FreeSWITCH, have one record each with what was told as done", async () => {
    await stage.stopCallplane();
    const folder = temporaryDirectory();
    const environment = {
      ...{ FREESWITCH_NODES: lab.eslUrl, DATABASE_URL: stage.databaseUrl, CDR_DIR: lab.cdrDir, RECORDINGS_DIR: stage.recordingsDir },
      ...{ PROVISIONING_LISTEN: "off", JWT_SECRET: "0123456789abcdef0123456789abcdef", RING_TIMEOUT_S: "5" },
    };
    const told: { readonly id: string; readonly types: readonly string[]; readonly recording: string }[] = [];
    try {
      // Killed when the customer has hung up already, while she is held, in the middle of a transfer, and at once after it.
      for (const moment of ["over", "held", "transferring", "transferred"]) {
        const running = startProcess(environment, folder.path);
        const url = await running.url();
        const alice = new Client(() => url, stage.as.alice.token);
        const customer = newCustomer();
        const id = await lab.callIn({ from: customer, to: "1001" });
        await alice.sees(id, { state: "active", assignedTo: "1001" });
        const started = await alice.post(`/voicechannel/calls/${id}:record`, { action: "start" });
        ok(started, 201);
        const recording = (started.body as { id: string }).id;
        ok(await alice.post(`/voicechannel/calls/${id}:hold`));
        const types = ["held"];
        if (moment === "over") await lab.hangUp(customer);
        else if (moment !== "held") {
          const transfer = alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }).catch(() => null);
          if (moment === "transferred") {
            expect((await transfer)?.status).toBe(200);
            types.push("transferred");
          } else await alice.sees(id, { ringing: ["1002"] });
        }
        await running.kill();
        told.push({ id, types, recording });
        if (moment !== "over") await lab.hangUp(customer);
        // Of agents who wait beside nobody the next Callplane takes care.
        const next = startProcess(environment, folder.path);
        await next.url();
        await noChannels();
        await next.kill();
      }
      const running = startProcess(environment, folder.path);
      const url = await running.url();
      const customer = newCustomer();
      const lost = await lab.callIn({ from: customer, to: "1001" });
      await new Client(() => url, stage.as.alice.token).sees(lost, { state: "active" });
      await running.kill();
      await lab.restart();
      await stage.startAgain();
      for (const { id, types, recording } of told) {
        const log = await finished(id);
        expect(log.timeline.map(({ type }) => type)).toEqual(expect.arrayContaining([...types, "ended"]));
        expect(log.timeline.filter(({ type }) => type === "ended")).toHaveLength(1);
        expect(log.recordings).toMatchObject([{ id: recording }]);
        expect(log.recordings[0]?.endedAt).not.toBeNull();
        expect(await logsOf(log.from)).toHaveLength(1);
      }
      const log = await finished(lost);
      expect([...new Set(log.legs.map(({ source }) => source))]).toEqual(["node_lost"]);
      expect(await logsOf(customer)).toHaveLength(1);
      await nothingLeft();
    } finally {
      await stage.startAgain();
      folder.remove();
    }
  });
}
