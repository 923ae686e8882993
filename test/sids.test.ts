import { describe, expect, it } from "vitest";
import { callSid, newSid, uuidOfCallSid } from "../src/sids.js";

describe("a CallSid", () => {
  it("holds the leg's uuid, and gives it back", () => {
    const uuid = "0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9";
    expect(callSid(uuid)).toBe("CA0a1b2c3d4e5f40718293a4b5c6d7e8f9");
    expect(uuidOfCallSid(callSid(uuid))).toBe(uuid);
  });

  it("is two letters and 32 digits for every uuid that FreeSWITCH takes, and different for those that differ in case alone", () => {
    const others = ["abc@10.0.0.1", "0A1B2C3D-4E5F-4071-8293-A4B5C6D7E8F9", "0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9"].map(callSid);
    for (const sid of others) expect(sid).toMatch(/^CA[0-9a-f]{32}$/);
    expect(new Set(others).size).toBe(3);
  });

  it("is not what another kind of identifier is", () => {
    expect(uuidOfCallSid(newSid("RE"))).toBeNull();
    expect(newSid("RE")).toMatch(/^RE[0-9a-f]{32}$/);
  });
});
