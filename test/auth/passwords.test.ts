import { describe, expect, it } from "vitest";
import { hashPassword } from "../../src/auth/index.js";
import { verifyPassword } from "../../src/auth/passwords.js";
import { QUICK } from "./support.js";

describe("password hashes", () => {
  it("say their parameters, hold a salt of their own, and fit their password alone", async () => {
    const [one, two] = await Promise.all([hashPassword("secret", QUICK), hashPassword("secret", QUICK)]);
    expect(one).toMatch(/^\$scrypt\$ln=4,r=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword(one, "secret")).toBe(true);
    expect(await verifyPassword(one, "Secret")).toBe(false);
    expect(await verifyPassword(one, "")).toBe(false);
  });

  it("cost at least what OWASP advises unless told otherwise", async () => {
    const hash = await hashPassword("secret");
    expect(hash).toContain("$ln=15,r=8,p=3$");
    expect(await verifyPassword(hash, "secret")).toBe(true);
  });

  it("take a letter however the keyboard composed it", async () => {
    expect(await verifyPassword(await hashPassword("caf\u00e9", QUICK), "cafe\u0301")).toBe(true);
  });

  it.each(["", "x".repeat(1025)])("are not made of a password of %#: too short or too long", async (password) => {
    await expect(hashPassword(password, QUICK)).rejects.toMatchObject({ code: "InvalidParameter", details: { parameter: "password" } });
  });

  it.each(["", "plain", "$scrypt$ln=4,r=1,p=1$c2FsdA", "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA"])("of another form fit nothing: %s", async (stored) => {
    expect(await verifyPassword(stored, stored)).toBe(false);
  });
});
