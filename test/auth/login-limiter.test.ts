import { describe, expect, it } from "vitest";
import { LoginLimiter } from "../../src/auth/login-limiter.js";
import type { EndAttempt } from "../../src/auth/login-limiter.js";

function limiterAt() {
  const time = { now: 1_000_000 };
  return { time, limiter: new LoginLimiter(() => time.now) };
}
const fail = async (limiter: LoginLimiter, times: number): Promise<void> => {
  for (let index = 0; index < times; index += 1) (await limiter.begin("k"))(true);
};

describe("the limit on failed logins", () => {
  it("refuses the sixth attempt within a minute of five failures, and says how long to wait", async () => {
    const { time, limiter } = limiterAt();
    await fail(limiter, 1);
    time.now += 10_000;
    await fail(limiter, 4);
    await expect(limiter.begin("k")).rejects.toMatchObject({ code: "RateLimited", details: { retryAfterS: 50 } });
    time.now += 49_999;
    await expect(limiter.begin("k")).rejects.toMatchObject({ details: { retryAfterS: 1 } });
    time.now += 1;
    (await limiter.begin("k"))(true);
    await expect(limiter.begin("k")).rejects.toMatchObject({ details: { retryAfterS: 10 } });
  });

  it("does not count what went well, and knows keys apart", async () => {
    const { limiter } = limiterAt();
    for (let index = 0; index < 20; index += 1) (await limiter.begin("k"))(false);
    await fail(limiter, 5);
    (await limiter.begin("another"))(false);
  });

  it("lets a burst through only as fast as its outcomes are known", async () => {
    const { limiter } = limiterAt();
    const begun: EndAttempt[] = [];
    const outcomes = Promise.allSettled(Array.from({ length: 20 }, () => limiter.begin("k").then((end) => begun.push(end))));
    await Promise.resolve();
    await Promise.resolve();
    expect(begun).toHaveLength(5);
    for (const end of begun.splice(0)) end(true);
    const refused = (await outcomes).filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(15);
    expect(begun).toHaveLength(0);
  });

  it("lets any number of right logins through, one after the other", async () => {
    const { limiter } = limiterAt();
    const all = Array.from({ length: 50 }, async () => (await limiter.begin("k"))(false));
    await expect(Promise.all(all)).resolves.toHaveLength(50);
  });
});
