import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Client } from "../contract/harness.js";
import { eventually } from "../lab/wait.js";
import { temporaryDirectory } from "../support/temporary.js";
import { inWorld, PATIENT } from "./world.js";

/** Collects an event stream's text until it is called off. */
async function follow(who: Client, signal: AbortSignal): Promise<{ text: string }> {
  const collected = { text: "" };
  const response = await fetch(`${who.url()}/events`, { headers: { authorization: `Bearer ${who.token}` }, signal });
  void (async () => {
    const decoder = new TextDecoder();
    const chunks: AsyncIterable<Uint8Array> | null = response.body;
    for await (const chunk of chunks ?? []) collected.text += decoder.decode(chunk, { stream: true });
  })().catch(() => undefined);
  await eventually("the snapshot", () => collected.text.includes("event: snapshot"));
  return collected;
}

describe("phones that try passwords", PATIENT, () => {
  it("are told to administrators alone, counted, noted and banned", async () => {
    const directory = temporaryDirectory();
    const command = join(directory.path, "ban");
    const log = join(directory.path, "log");
    writeFileSync(command, `#!/bin/sh\necho "$1 $2" >> ${log}\n`);
    chmodSync(command, 0o755);
    const streams = new AbortController();
    try {
      await inWorld(
        async ({ lab, stage }) => {
          const { as } = stage;
          const [admin, root, carol, alice, stranger] = await Promise.all([as.admin, stage.root, as.carol, as.alice, stage.stranger].map((who) => follow(who, streams.signal)));
          for (let i = 0; i < 6; i++) lab.simulator.refuseRegistration({ user: "1001", address: "203.0.113.9" });
          lab.simulator.refuseRegistration({ user: "1001", address: "127.0.0.1" });
          await eventually("the ban", () => existsSync(log));
          for (const reader of [admin, root]) await eventually("the event", () => /security\.registration_failed[^]*"banned":true/.test(reader?.text ?? ""));
          // What comes after has come, so what was before is not on its way any more.
          lab.simulator.register("1001", false);
          for (const reader of [carol, alice]) await eventually("the next event", () => reader?.text.includes("agent.unregistered") === true);
          for (const reader of [carol, alice, stranger]) expect(reader?.text).not.toContain("security.");
          await eventually("the counter", async () => /callplane_registration_failures_total\{node="[^"]+"\} 7/.test(await (await fetch(`${stage.url()}/metrics`)).text()));
          await eventually("the audit log", async () => (await stage.audit()).filter(({ action }) => action === "security.registration_attack").length === 2);
          expect((await stage.audit()).filter(({ action }) => action === "security.registration_attack").map(({ target, detail }) => [target, detail.banned])).toEqual([["203.0.113.9", true], ["1001@lab.test", true]]);
          expect(readFileSync(log, "utf8")).toBe("203.0.113.9 900\n");
          streams.abort();
        },
        { BAN_COMMAND: command, BAN_AFTER: "5", BAN_S: "900" },
      );
    } finally {
      streams.abort();
      directory.remove();
    }
  });
});
