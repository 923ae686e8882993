import { describe, expect, it } from "vitest";
import { LoginLimiter } from "../../src/auth/login-limiter.js";

function limiterAt(maxLogins = 60) {
  const time = { now: 1_000_000 };
  return { time, limiter: new LoginLimiter(() => time.now, maxLogins) };
}
const HOME = { address: "192.0.2.1", user: "row 1" };
const ELSEWHERE = { address: "192.0.2.2", user: "row 1" };
const fail = (limiter: LoginLimiter, times: number, attempt = HOME): void => {
  for (let index = 0; index < times; index += 1) limiter.failed(attempt);
};

describe("the limit on logins", () => {
  it("refuses the sixth attempt for a user from an address within a minute of five failures, and says how long to wait", () => {
    const { time, limiter } = limiterAt();
    fail(limiter, 1);
    time.now += 10_000;
    fail(limiter, 4);
    const refused = (retryAfterS: number): void => expect(() => limiter.check(HOME)).toThrow(expect.objectContaining({ code: "RateLimited", details: { retryAfterS } }) as Error);
    refused(50);
    time.now += 49_999;
    refused(1);
    time.now += 1;
    limiter.check(HOME);
    limiter.failed(HOME);
    refused(10);
  });

  it("locks nobody out: another address, and another user at the same address, go on", () => {
    const { limiter } = limiterAt();
    fail(limiter, 99);
    expect(() => limiter.check(HOME)).toThrow();
    limiter.check(ELSEWHERE);
    limiter.check({ ...HOME, user: "row 2" });
  });

  it("refuses an address after a hundred failures for whomever", () => {
    const { limiter } = limiterAt();
    for (let index = 0; index < 100; index += 1) limiter.failed({ ...HOME, user: `name ${index}` });
    expect(() => limiter.check({ ...HOME, user: "row 7" })).toThrow(expect.objectContaining({ code: "RateLimited" }) as Error);
    limiter.check({ ...ELSEWHERE, user: "row 7" });
  });

  it("counts a user's own right logins, from wherever they come", () => {
    const { time, limiter } = limiterAt(3);
    for (let index = 0; index < 3; index += 1) limiter.succeeded({ ...HOME, address: `192.0.2.${index}` });
    expect(() => limiter.check(ELSEWHERE)).toThrow(/keep the token/);
    limiter.check({ ...HOME, user: "row 2" });
    time.now += 60_000;
    limiter.check(ELSEWHERE);
  });

  it("forgets what is longest ago when there are more addresses than it counts", () => {
    const { limiter } = limiterAt();
    fail(limiter, 5);
    for (let index = 0; index < 25_000; index += 1) limiter.failed({ address: `2001:db8:${index.toString(16)}::/64`, user: "row 1" });
    limiter.check(HOME);
  });
});
