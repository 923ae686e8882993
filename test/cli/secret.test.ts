/** A password that is typed at a terminal. */
import { PassThrough } from "node:stream";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ask } from "../../src/cli/secret.js";
import { installation, type Installation } from "../support/installation.js";
import { cliWorld, type CliWorld } from "./support.js";

let world: CliWorld;
beforeEach(() => {
  world = cliWorld();
});
afterEach(() => world.close());

const callplane = (line: string, typed: readonly string[]) => world.callplane(line.split(" "), { typed });

describe("at a terminal", () => {
  it("the password is asked for twice", async () => {
    expect(await world.callplane("org create acme --domain acme.example".split(" "))).toMatchObject({ code: 0 });
    expect(await callplane("user create bob --org acme --role admin --password-stdin", ["a-long-enough-one", "a-long-enough-one"])).toMatchObject({ code: 0, err: "Password: Password again: " });
    expect(await callplane("user passwd bob --password-stdin", ["a-long-enough-one", "another-long-one"])).toMatchObject({ code: 2, err: expect.stringContaining("not the same") as unknown });
    expect(await callplane("user passwd bob --password-stdin", [""])).toMatchObject({ code: 2, err: expect.stringContaining("empty") as unknown });
  });

  it("nothing of what is typed is shown", async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const asked = ask("Password: ", input, output);
    input.write("a sec\u007fcret\r");
    expect(await asked).toBe("a secret");
    output.end();
    expect(String(await output.toArray().then((chunks) => chunks.join("")))).toBe("Password: \n");
  });

  it("who gives none is told so", async () => {
    for (const typed of ["\u0003", "\u0004"]) {
      const input = new PassThrough();
      const asked = ask("Password: ", input, new PassThrough());
      input.write(typed);
      await expect(asked).rejects.toThrow(/Interrupted|No password/);
    }
  });
});

describe("the command line as a process", () => {
  let installed: Installation;
  beforeEach(() => {
    installed = installation({ built: true });
  });
  afterEach(() => installed.remove());

  it("reads a password from a pipe without a question", async () => {
    const line = "node bin/callplane.js org create acme --domain acme.example >&2 && printf 'a-long-enough-one\\n' | node bin/callplane.js user create bob --org acme --role admin --password-stdin";
    const { code, stdout } = await installed.start("/bin/sh", ["-c", line], { AUDIT_KEY_FILE: join(installed.path, "audit-key") }).ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: "User bob made, role admin.\n" });
  });
});
