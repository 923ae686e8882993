import { describe, expect, it } from "vitest";
import { type AuditEntry, limitRefusals } from "../../src/audit/index.js";
import { ManualClock } from "../support/manual-clock.js";

const entry = (actor: string, action = "refused"): AuditEntry => ({ at: new Date(), organizationId: 1, actor, action, target: "x", detail: {} });

describe("refused acts in the audit log", () => {
  it("are limited for each actor, and the others counted", () => {
    const kept: AuditEntry[] = [];
    const clock = new ManualClock();
    const log = limitRefusals({ append: (each) => void kept.push(each) }, { clock, perMinute: 3 });
    for (let i = 0; i < 10; i++) log.append(entry("mallory"));
    log.append(entry("bob"));
    log.append(entry("mallory", "login"));
    expect(kept.map(({ actor, action }) => `${actor} ${action}`)).toEqual(["mallory refused", "mallory refused", "mallory refused", "bob refused", "mallory login"]);
    clock.advance(60_000);
    expect(kept.slice(5)).toMatchObject([{ actor: "mallory", organizationId: 1, action: "refused.more", detail: { count: 7 } }]);
    log.append(entry("mallory"));
    expect(kept).toHaveLength(7);
    log.append(entry("mallory"));
    log.append(entry("mallory"));
    log.append(entry("mallory"));
    log.close();
    log.close();
    expect(kept.at(-1)).toMatchObject({ action: "refused.more", detail: { count: 1 } });
    expect(clock.timers).toBe(0);
  });
});
