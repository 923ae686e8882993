/** Backup and restore as docs/operations.md has them: of a database in use, with calls up. */
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { z } from "zod";
import { openStore } from "../../src/store/index.js";
import { ok, talkingWith } from "../contract/suites/steps.js";
import { inWorld, PATIENT } from "../faults/world.js";
import { temporaryDirectory } from "../support/temporary.js";

const NEW_PASSWORD = "a much better sentence";

it("what is described restores a database that was copied while Callplane wrote to it, and calls go on", PATIENT, async () =>
  inWorld(async ({ stage }) => {
    const { admin } = stage.as;
    const folder = temporaryDirectory();
    const copy = `${folder.path}/copy.db`;
    const file = stage.databaseUrl.replace("file:", "");
    const { id } = await talkingWith(stage, "1001");
    const create = async (username: string): Promise<void> => void ok(await admin.post("/voiceconfig/users", { username, password: NEW_PASSWORD, role: "supervisor" }), 201);
    await create("before");
    // As `.backup` of the command sqlite3 does it: by SQLite's own backup, page by page, while others write.
    let writing = true;
    const writes = (async () => {
      for (let count = 0; writing; count++) ok(await admin.post("/voiceconfig/departments", { name: `d${count}` }), 201);
    })();
    const source = new Database(file, { readonly: true });
    await source.backup(copy, { progress: () => 5 });
    source.close();
    writing = false;
    await writes;
    await create("after");
    const spooled = { at: new Date().toISOString(), organizationId: null, actor: "somebody", action: "spooled", target: "of the broken database", detail: {} };

    await stage.stopCallplane();
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
    copyFileSync(copy, file);
    const restored = await openStore(stage.databaseUrl);
    expect(await restored.check()).toMatchObject({ integrity: "ok" });
    await restored.close();
    mkdirSync(`${file}-spool`, { recursive: true });
    writeFileSync(`${file}-spool/audit-left.jsonl`, `${JSON.stringify(spooled)}\n`);
    await stage.startAgain();
    const { items } = z.object({ items: z.array(z.object({ target: z.string() })) }).parse((await stage.root.get("/audit?action=spooled")).body);
    expect([items, readdirSync(`${file}-spool`)]).toMatchObject([[{ target: spooled.target }], []]);

    const login = async (username: string): Promise<number> => (await fetch(`${stage.url()}/login`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ username, password: NEW_PASSWORD }) })).status;
    expect([await login("before"), await login("after")]).toEqual([200, 401]);
    await stage.as.alice.sees(id, { state: "active", assignedTo: "1001" });
    ok(await stage.as.alice.post(`/voicechannel/calls/${id}:hold`));
    folder.remove();
  }));
