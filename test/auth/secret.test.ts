import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { signingSecret } from "../../src/auth/index.js";
import { temporaryDirectory } from "../support/temporary.js";

describe("the signing secret", () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let file: string;
  beforeEach(() => {
    directory = temporaryDirectory();
    file = join(directory.path, "data", "jwt-secret");
  });
  afterEach(() => directory.remove());

  it("is the configured one, and no file is made", async () => {
    expect(new TextDecoder().decode(await signingSecret("configured", file))).toBe("configured");
    expect(readdirSync(directory.path)).toEqual([]);
  });

  it("is made once, for its owner's eyes alone, and kept", async () => {
    const made = await signingSecret(null, file);
    expect(made.length).toBeGreaterThanOrEqual(32);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await signingSecret(null, file)).toEqual(made);
  });

  it("is the same for all that start at the same moment", async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => signingSecret(null, file)));
    expect(new Set(all.map(String)).size).toBe(1);
    expect(readdirSync(join(directory.path, "data"))).toEqual(["jwt-secret"]);
  });

  it("is refused when the file holds too little, without showing it", async () => {
    await signingSecret(null, file);
    writeFileSync(file, "short\n");
    const error = await signingSecret(null, file).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/less than 32 bytes/);
    expect(String(error)).not.toContain("short");
    expect(readFileSync(file, "utf8")).toBe("short\n");
  });
});
