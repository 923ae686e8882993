/** Nobody is left in silence: who is sent to a department waits in it, and who has nobody to talk to is released. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decodeChannelState } from "../../src/calls/index.js";
import type { Reply } from "../contract/harness.js";
import { eventually } from "../lab/wait.js";
import { hears, newNumber, ok, refused, talkingWith } from "../contract/suites/steps.js";
import { byHand, during, inWorld, legsAtSwitch, neverConfirm, PATIENT } from "./world.js";

describe.concurrent("who is left alone", PATIENT, () => {
  it("waits in the department that a colleague was sent to, and talks to whoever picks up", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const id = await lab.dialFrom("1001", "1002");
      await stage.as.bob.sees(id, { state: "active" });
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "department", to: "support" }));
      await legsAtSwitch(world, "1002");
      await stage.as.admin.sees(id, { state: "queued", department: "support", assignedTo: null, direction: "internal" });
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:pickup`));
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1001" });
      await hears(lab, "1002", "1001");
    }));

  it("is released when held for nobody after the customer and the agent have gone", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      const number = newNumber();
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "phonenumber", to: number }));
      // FreeSWITCH joins nobody: the transfer fails, and the two stay apart.
      await during(world, neverConfirm("uuid_bridge"), async () => {
        refused(await stage.as.admin.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }), 400, "Timeout");
        await stage.as.admin.sees(id, { state: "held", assignedTo: null });
        await lab.hangUp(customer);
        await legsAtSwitch(world);
      });
    }));

  it("is released when rung for a transfer that came to nothing, and the agent returns to the caller", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      const number = newNumber();
      await during(world, neverConfirm("uuid_bridge", "uuid_kill"), async () => {
        refused(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "phonenumber", to: number }), 400, "Timeout");
      });
      await legsAtSwitch(world, customer, "1001");
      await stage.as.alice.sees(id, { state: "held", assignedTo: "1001" });
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:resume`));
      await hears(lab, customer, "1001");
    }));

  it("is released when rung for a transfer of a colleague that came to nothing, and the agent returns to the colleague", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const id = await lab.dialFrom("1001", "1002");
      await stage.as.bob.sees(id, { state: "active", assignedTo: "1001" });
      const number = newNumber();
      await during(world, neverConfirm("uuid_bridge", "uuid_kill"), async () => {
        refused(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "phonenumber", to: number }), 400, "Timeout");
      });
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:resume`));
      await hears(lab, "1002", "1001");
      await legsAtSwitch(world, "1001", "1002");
      await stage.as.alice.sees(id, { state: "active", assignedTo: "1001" });
    }));

  it("is released when rung for a transfer that a restart has broken off, and the agent returns to the colleague", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const id = await lab.dialFrom("1001", "1002");
      await stage.as.bob.sees(id, { state: "active", assignedTo: "1001" });
      const number = newNumber();
      await during(world, neverConfirm("uuid_bridge", "uuid_kill"), async () => {
        const transfer = stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "phonenumber", to: number }).catch(() => undefined);
        await legsAtSwitch(world, "1001", "1002", number);
        await eventually("the transfer to join them", () => lab.tap.commands().some((line) => line.startsWith("api uuid_bridge")));
        await stage.restartCallplane();
        await transfer;
      });
      await legsAtSwitch(world, "1001", "1002");
      await stage.as.alice.sees(id, { state: "held", assignedTo: "1001" });
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:resume`));
      await hears(lab, "1002", "1001");
    }));

  it("talks again to the other outside party when a transfer of theirs has failed", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      const number = newNumber();
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "phonenumber", to: number }));
      await during(world, neverConfirm("uuid_bridge", "uuid_kill"), async () => {
        refused(await stage.as.admin.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" }), 400, "Timeout");
      });
      await legsAtSwitch(world, customer, number);
      await stage.as.admin.sees(id, { state: "active", assignedTo: null });
      await hears(lab, customer, number);
    }));

  it("talks again to the other outside party when FreeSWITCH parted them late", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      const number = newNumber();
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "phonenumber", to: number }));
      await legsAtSwitch(world, customer, number);
      await byHand(world.lab, `uuid_transfer ${id} -both park: inline`);
      await eventually("Callplane to join them again", () => lab.tap.commands().filter((line) => line.startsWith("api uuid_bridge")).length > 1);
      await hears(lab, customer, number);
      await stage.as.admin.sees(id, { state: "active", assignedTo: null });
    }));

  it("is not put aside where nobody of the organization could take the call back", async () =>
    inWorld(async (world) => {
      const { stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      const number = newNumber();
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "phonenumber", to: number }));
      await legsAtSwitch(world, customer, number);
      for (const act of ["hold", "park"]) refused(await stage.as.admin.post(`/voicechannel/calls/${id}:${act}`), 409, "Conflict");
      await stage.as.admin.sees(id, { state: "active", assignedTo: null });
    }));

  it("has the call when a colleague has sent it to an outside number", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const id = await lab.dialFrom("1001", "1002");
      await stage.as.bob.sees(id, { state: "active", assignedTo: "1001" });
      const number = newNumber();
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "phonenumber", to: number }));
      await legsAtSwitch(world, "1002", number);
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1002" });
    }));

  it("has the call when a colleague has consulted an outside number and completed", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const id = await lab.dialFrom("1001", "1002");
      await stage.as.bob.sees(id, { state: "active", assignedTo: "1001" });
      const number = newNumber();
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:consult`, { type: "phonenumber", to: number }), 201);
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:complete`), 204);
      await legsAtSwitch(world, "1002", number);
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1002" });
    }));

  it("is nobody when the one who waits in a consultation hung up unseen before it was completed: the others talk on", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:consult`, { type: "client", to: "1002" }), 201);
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:swap`));
      const mark = lab.tap.sent.length;
      const asked = (): number => lab.tap.sent.slice(mark).filter((line) => line.includes("switch_r_sdp")).length;
      await during(world, [{ kind: "drop-events" }], async () => {
        let completion: Promise<Reply | null> = Promise.resolve(null);
        await during(world, [{ kind: "slow-replies", delayMs: 300 }], async () => {
          completion = stage.as.alice.post(`/voicechannel/calls/${id}:complete`);
          // Of the one who waits it is known.
          await eventually("the agent's phone to be asked whether it holds", () => asked() === 1);
          await lab.hangUp("1002");
        });
        expect(await completion).toMatchObject({ status: 404, body: { error: "NotFound" } });
      });
      expect(lab.tap.commands(mark).filter((line) => line.startsWith("api uuid_bridge"))).toHaveLength(1);
      expect(lab.tap.commands(mark).filter((line) => line.startsWith("api uuid_transfer"))).toEqual([]);
      await hears(lab, customer, "1001");
      await stage.as.alice.sees(id, { state: "active", assignedTo: "1001", consult: null });
    }));

  it("talks to the agent again when FreeSWITCH parted them for a completion that came to nothing", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:consult`, { type: "client", to: "1002" }), 201);
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:swap`));
      const mark = lab.tap.sent.length;
      let reply: Promise<Reply | null> = Promise.resolve(null);
      await during(world, neverConfirm("uuid_bridge"), async () => {
        reply = stage.as.alice.post(`/voicechannel/calls/${id}:complete`);
        await eventually("the completion to join them", () => lab.tap.commands(mark).some((line) => line.startsWith("api uuid_bridge")));
        await byHand(lab, `uuid_transfer ${id} -both park: inline`);
      });
      expect(await reply).toMatchObject({ status: 400, body: { error: "Timeout" } });
      await hears(lab, customer, "1001");
      const { consult } = await stage.as.alice.sees(id, { state: "active", assignedTo: "1001" });
      expect(consult).toMatchObject({ to: "1002", state: "held" });
    }));

  it("has the conference that its owner has left", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:conference`, { add: { type: "client", to: "1002" } }));
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1001" });
      await lab.hangUp("1001");
      await legsAtSwitch(world, customer, "1002");
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1002" });
    }));

  it("is released beside a customer who was given to an outside number", async () =>
    inWorld(async (world) => {
      const { stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      const number = newNumber();
      await during(world, neverConfirm("uuid_kill"), async () => ok(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "phonenumber", to: number })));
      await legsAtSwitch(world, customer, number);
    }));

  it("has the call when they waited in a department and the colleague who answered has sent them to an outside number", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const id = await lab.dialFrom("1001", "queue:support");
      await stage.as.admin.sees(id, { state: "queued", assignedTo: null });
      ok(await stage.as.bob.post(`/voicechannel/calls/${id}:pickup`));
      const number = newNumber();
      ok(await stage.as.bob.post(`/voicechannel/calls/${id}:transfer`, { type: "phonenumber", to: number }));
      await legsAtSwitch(world, "1001", number);
      await stage.as.alice.sees(id, { state: "active", assignedTo: "1001" });
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:hold`));
      await stage.as.alice.sees(id, { state: "held", assignedTo: "1001" });
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:resume`));
      await hears(lab, number, "1001");
      await stage.as.alice.sees(id, { state: "active", assignedTo: "1001" });
    }));

  it("is released when they were to join a conversation that FreeSWITCH made no conference of", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      await during(world, neverConfirm("uuid_transfer", "uuid_kill"), async () =>
        refused(await stage.as.alice.post(`/voicechannel/calls/${id}:conference`, { add: { type: "phonenumber", to: newNumber() } }), 400, "Timeout"),
      );
      await legsAtSwitch(world, customer, "1001");
      await hears(lab, customer, "1001");
    }));

  it("is released when the parked caller has left whom their phone was rung for", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:park`));
      await legsAtSwitch(world, customer);
      await during(world, neverConfirm("uuid_bridge", "uuid_kill"), async () => {
        const pickup = stage.as.alice.post(`/voicechannel/calls/${id}:pickup`);
        await legsAtSwitch(world, customer, "1001");
        await eventually("the bridge to be asked for", () => lab.tap.commands().some((line) => line.startsWith(`api uuid_bridge ${id}`)));
        await lab.hangUp(customer);
        expect((await pickup).status).not.toBe(200);
      });
      await legsAtSwitch(world);
    }));

  it("is released when they have parked a caller and FreeSWITCH did not hear that their leg was to end", async () =>
    inWorld(async (world) => {
      const { stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      await during(world, neverConfirm("uuid_kill"), async () => ok(await stage.as.alice.post(`/voicechannel/calls/${id}:park`)));
      await legsAtSwitch(world, customer);
      await stage.as.alice.sees(id, { state: "parked", assignedTo: "1001" });
    }));

  it("is released when they have parked a caller who left before FreeSWITCH heard that their leg was to end", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      await during(world, neverConfirm("uuid_kill"), async () => {
        ok(await stage.as.alice.post(`/voicechannel/calls/${id}:park`));
        await lab.hangUp(customer);
      });
      await legsAtSwitch(world);
    }));

  it("is released when FreeSWITCH has joined a colleague with whom they gave the call to, unseen", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const id = await lab.dialFrom("1001", "1002");
      await stage.as.bob.sees(id, { state: "active", assignedTo: "1001" });
      await during(world, [{ kind: "drop-events", names: ["CHANNEL_BRIDGE"] }], async () => {
        const transferred = stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1003" });
        await hears(lab, "1002", "1003");
        lab.simulator.dropClients();
        refused(await transferred, 503, "SwitchUnavailable");
      });
      await legsAtSwitch(world, "1002", "1003");
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1003" });
      await hears(lab, "1002", "1003");
    }));

  it("is released when FreeSWITCH has called them for a caller who was gone before", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:hold`));
      const state = decodeChannelState(lab.simulator.channels().find(({ uuid }) => uuid === id)?.variables["presence_data"] ?? "") ?? { v: 1, c: id };
      await lab.hangUp(customer);
      await legsAtSwitch(world);
      // As a transfer's originate that a stopped FreeSWITCH had not read yet.
      const number = newNumber();
      await byHand(lab, `originate {presence_data='${JSON.stringify({ ...state, s: undefined, r: "other" })}'}sofia/gateway/trunk/${number} &park()`);
      await eventually("the other party to be released", () => lab.simulator.channels().length === 0);
    }));

  it("is released when their phone was rung for a caller to whom they talk on another leg by then", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:hold`));
      await stage.as.alice.sees(id, { state: "held", assignedTo: "1001" });
      const state = decodeChannelState(lab.simulator.channels().find(({ party }) => party === "1001")?.variables["presence_data"] ?? "") ?? { v: 1, c: id };
      await lab.hangUp("1001");
      await legsAtSwitch(world, customer);
      // As the originates of two resumes, of which the first could not tell of its answer.
      const ring = async (uuid: string): Promise<void> => void await byHand(lab, `originate {origination_uuid=${uuid},presence_data='${JSON.stringify({ ...state, b: undefined, p: undefined, r: "agent", W: 1, ring: uuid })}'}user/1001@${lab.domain} &park()`);
      const [first, second] = [randomUUID(), randomUUID()];
      await during(world, neverConfirm("uuid_kill"), async () => {
        for (const uuid of [first, second]) await ring(uuid);
        await legsAtSwitch(world, customer, "1001", "1001");
        await byHand(lab, `uuid_bridge ${id} ${second}`);
        await stage.as.alice.sees(id, { state: "active", assignedTo: "1001" });
      });
      await legsAtSwitch(world, customer, "1001");
      expect(lab.simulator.channels().find(({ party }) => party === "1001")?.uuid).toBe(second);
      await hears(lab, customer, "1001");
    }));

  it("is released when nobody else has entered their conference", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:hold`));
      const agent = lab.simulator.channels().find(({ party }) => party === "1001")?.uuid ?? "";
      await during(world, neverConfirm("uuid_bridge"), async () => {
        await byHand(world.lab, `uuid_transfer ${agent} conference:callplane-${id}@default+flags{mintwo} inline`);
        await stage.as.alice.sees(id, { state: "active" });
        await lab.hangUp(customer);
        await legsAtSwitch(world);
      });
    }));

  it("is released when they were parted from another outside party, who has left", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      const number = newNumber();
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "phonenumber", to: number }));
      await legsAtSwitch(world, customer, number);
      await during(world, neverConfirm("uuid_bridge"), async () => {
        await byHand(world.lab, `uuid_transfer ${id} -both park: inline`);
        await lab.hangUp(customer);
        await legsAtSwitch(world);
      });
    }));

  it("talks to the other when only one of the two has entered their conference", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:hold`));
      const agent = lab.simulator.channels().find(({ party }) => party === "1001")?.uuid ?? "";
      await byHand(world.lab, `uuid_transfer ${agent} conference:callplane-${id}@default+flags{mintwo} inline`);
      await hears(lab, customer, "1001");
      await stage.as.alice.sees(id, { state: "active", assignedTo: "1001" });
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:hold`));
    }));

  it("is not called into a conference by two who were parted while the phone rang", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      lab.simulator.setPhone("1002", { kind: "no-answer" });
      const adding = stage.as.alice.post(`/voicechannel/calls/${id}:conference`, { add: { type: "client", to: "1002" } });
      await legsAtSwitch(world, customer, "1001", "1002");
      await byHand(world.lab, `uuid_transfer ${id} -both park: inline`);
      await stage.as.admin.sees(id, { state: "parked" });
      await lab.answer("1002");
      refused(await adding, 409, "Conflict");
      await legsAtSwitch(world, customer, "1001");
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:resume`));
      await hears(lab, customer, "1001");
    }));

  it("talks to the parked caller for whom their phone was rung, and who was not joined with them", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      ok(await stage.as.alice.post(`/voicechannel/calls/${id}:park`));
      await legsAtSwitch(world, customer);
      await during(world, neverConfirm("uuid_bridge", "uuid_kill"), async () => refused(await stage.as.alice.post(`/voicechannel/calls/${id}:pickup`), 400, "Timeout"));
      await hears(lab, customer, "1001");
      await stage.as.alice.sees(id, { state: "active", assignedTo: "1001" });
    }));

  it("talks to the colleague whom FreeSWITCH has joined with them unseen, who has the call; the agent before is released", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      await during(world, [{ kind: "drop-events", names: ["CHANNEL_BRIDGE"] }], async () => {
        const transferred = stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "client", to: "1002" });
        await hears(lab, customer, "1002");
        lab.simulator.dropClients();
        refused(await transferred, 503, "SwitchUnavailable");
      });
      await legsAtSwitch(world, customer, "1002");
      await stage.as.admin.sees(id, { state: "active", assignedTo: "1002" });
      await hears(lab, customer, "1002");
    }));

  it("talks to the outside party whom FreeSWITCH has joined with them unseen, and the agent before is released", async () =>
    inWorld(async (world) => {
      const { lab, stage } = world;
      const { id, customer } = await talkingWith(stage, "1001");
      const number = newNumber();
      await during(world, [{ kind: "drop-events", names: ["CHANNEL_BRIDGE"] }], async () => {
        const transferred = stage.as.alice.post(`/voicechannel/calls/${id}:transfer`, { type: "phonenumber", to: number });
        await hears(lab, customer, number);
        lab.simulator.dropClients();
        refused(await transferred, 503, "SwitchUnavailable");
      });
      await legsAtSwitch(world, customer, number);
      await stage.as.admin.sees(id, { state: "active", assignedTo: null });
      await hears(lab, customer, number);
    }));
});
