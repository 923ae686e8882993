import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { auditKeyIn } from "../../src/auth/index.js";
import { openStore } from "../../src/store/index.js";
import { installation, type Installation } from "../support/installation.js";

/** More than a pipe holds (64 KB on Linux), and several pages of the export. */
const ENTRIES = 5000;

let installed: Installation;
beforeEach(() => {
  installed = installation({ built: true });
});
afterEach(() => installed.remove());

const shell = (line: string) => installed.start("/bin/sh", ["-c", line], { AUDIT_KEY_FILE: join(installed.path, "audit-key") }).ended;

async function fillAudit(): Promise<void> {
  const store = await openStore(`file:${installed.path}/callplane.db`, { auditKey: await auditKeyIn(join(installed.path, "audit-key")) });
  await store.audit.append(Array.from({ length: ENTRIES }, (_, index) => ({ at: new Date(index), organizationId: null, actor: "somebody", action: "some.action", target: `target ${index}`, detail: {} })));
  await store.close();
}

describe("the command line as a process", () => {
  it.each(["audit export", "audit list --limit 1000 --json", "audit list --limit 1000", "--help"])("%s ends without a word when its reader has seen enough", async (command) => {
    await fillAudit();
    const { stdout, stderr } = await shell(`node bin/callplane.js ${command} | head -n 1`);
    expect(stderr).toBe("");
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  });

  it("ends with 0 when the reader is gone before the first line", async () => {
    await fillAudit();
    const { stdout, stderr } = await shell("{ node bin/callplane.js audit export; echo ended with $? >&2; } | true");
    expect({ stdout, stderr }).toEqual({ stdout: "", stderr: "ended with 0\n" });
  });

  it.skipIf(!existsSync("/dev/full"))("says that its output could not be written, and ends with 1", async () => {
    await fillAudit();
    const { code, stderr } = await shell("node bin/callplane.js org list > /dev/full");
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^callplane: The output could not be written: ENOSPC[^\n]*\n$/) as unknown });
  });

  it("prints its version, which is package.json's", async () => {
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(installed.path, "package.json"), "utf8")));
    expect(await shell("node bin/callplane.js --version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });
});
