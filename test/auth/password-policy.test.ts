import { describe, expect, it } from "vitest";
import { assertGoodPassword } from "../../src/auth/index.js";

describe("the policy for new passwords", () => {
  it.each(["her password", "a password", "correct horse battery staple", "Ünïcödé-lang", "x9$kQ!2pLw", "quite another one", "her-own-password-1", "   ten blanks and words   ", "𝒶𝒷𝒸𝓍𝓎𝓏1234"])("takes %j", (password) => {
    expect(() => assertGoodPassword(password, "eve")).not.toThrow();
  });

  it.each([
    ["nothing", "", /fewer than 10/],
    ["nine characters", "x9$kQ!2pL", /fewer than 10/],
    ["nine characters of two code units each", "😀😁😂😃😄😅😆😇😈", /fewer than 10/],
    ["one character again and again", "aaaaaaaaaaaaaa", /repeats/],
    ["a block again and again", "abc!abc!abc!", /repeats/],
    ["digits in a row", "12345678901", /row/],
    ["a row of the keyboard", "qwertyuiop", /row/],
    ["a row of the keyboard backwards", "poiuytrewq1", /row/],
    ["rows together", "asdfgh123456", /row/],
    ["the alphabet", "ABCDEFGHIJK", /row/],
    ["columns of the keyboard", "1qaz2wsx3edc", /row/],
    ["a well-known one", "basketball", /well-known/],
    ["a well-known one in capitals", "BasketBall", /well-known/],
    ["a well-known word with a year", "Welcome2026!", /well-known/],
    ["a well-known word in other signs", "P@ssw0rd1234", /well-known/],
    ["a well-known word behind digits", "2026callplane", /well-known/],
    ["the user name", "Eve.Example1", /user name/],
  ])("refuses %s", (_what, password, reason) => {
    const attempt = (): void => assertGoodPassword(password, "eve.example");
    expect(attempt).toThrow(expect.objectContaining({ code: "InvalidParameter", details: { parameter: "password" } }) as Error);
    expect(attempt).toThrow(reason);
  });

  it("looks for a short user name where little else is left, and for a domain never", () => {
    expect(() => assertGoodPassword("eve12x8b3", "eve")).toThrow();
    expect(() => assertGoodPassword("evexxzq812", "eve")).not.toThrow();
    expect(() => assertGoodPassword("never ending words", "eve")).not.toThrow();
    expect(() => assertGoodPassword("something example", "dora@example")).not.toThrow();
    expect(() => assertGoodPassword("dora something", "dora@example")).toThrow(/user name/);
  });

  it("says nothing of the password", () => {
    expect(() => assertGoodPassword("Welcome2026!", "eve")).toThrow(expect.not.stringContaining("2026") as string);
  });

  it("answers at once, however long the password is", () => {
    const begun = performance.now();
    for (const password of ["qwertyuiop".repeat(100) + "x", "ab1".repeat(341), "z".repeat(1024)]) {
      try {
        assertGoodPassword(password, "eve");
      } catch {
        // Either answer is right; how long it took is not.
      }
    }
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
