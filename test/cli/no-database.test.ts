/** The command line where there is no database, as beside the demonstration, whose database is another one. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run } from "../../src/cli/index.js";
import { temporaryDirectory } from "../support/temporary.js";

let folder: ReturnType<typeof temporaryDirectory>;
beforeEach(() => {
  folder = temporaryDirectory();
});
afterEach(() => folder.remove());

const path = (): string => join(folder.path, "data/callplane.db");

async function callplane(line: string): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let [out, err] = ["", ""];
  const env = { DATABASE_URL: `file:${path()}`, AUDIT_KEY_FILE: join(folder.path, "data/audit-key"), JWT_SECRET: "a secret of the tests, of more than 32 bytes" };
  const code = await run(line.split(" "), { env, stdin: Readable.from([""]), passwordCost: { ln: 4, r: 8, p: 1 }, out: (text) => (out += text), err: (text) => (err += text), flush: () => Promise.resolve() });
  return { code, out, err };
}

describe("where there is no database", () => {
  it.each([
    "audit list", "audit export", "audit verify", "org list", "user list", "line list", "token list", "records aside", "message list", "callback list", "webhook list --org acme", "account list", "department list", "trunk list",
    "org set acme --country GB", "user create bob --org acme --role admin --password a-long-enough-one", "line create +12125550101 --org acme --department support",
  ])("%s says so, and makes none", async (line) => {
    expect(await callplane(line)).toEqual({ code: 1, out: "", err: expect.stringMatching(new RegExp(`^callplane: There is no database at ${path()}\\.[^\\n]*DATABASE_URL[^\\n]*\\n$`)) as unknown });
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it("doctor has found that", async () => {
    const { code, out } = await callplane("doctor");
    expect({ code, out }).toEqual({ code: 1, out: expect.stringMatching(/^FAIL {2}database: exists: there is none at .*callplane\.db\n {6}mend: .*DATABASE_URL.*\n1 of 1 checks failed\.\n$/) as unknown });
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it.each([
    ["org create acme --domain acme.example --json", /"name": "acme"/],
    ["user create chief --role root --password a-long-enough-one", /^User chief made/],
    ["token create --role root", /^ey/],
  ])("%s makes one and says where, apart from its output", async (line, output) => {
    expect(await callplane(line)).toEqual({ code: 0, out: expect.stringMatching(output) as unknown, err: `callplane: There was no database, so one was made: ${path()}\n` });
    expect(existsSync(path())).toBe(true);
    expect(await callplane("org list")).toMatchObject({ code: 0, err: "" });
  });
});

it("the demonstration's is named where it is there", async () => {
  const { missingDatabase } = await import("../../src/cli/context.js");
  mkdirSync(join(folder.path, "data"));
  writeFileSync(join(folder.path, "data/demo.db"), "");
  expect(missingDatabase({ databaseUrl: `file:${path()}`, demoDatabaseUrl: `file:${folder.path}/data/demo.db` })?.hint).toContain(`DATABASE_URL=file:${folder.path}/data/demo.db`);
});
