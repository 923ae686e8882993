import { describe, expect, it } from "vitest";
import { logEn } from "../../../src/console/messages/log.en.js";
import { dispositionsOf, entryText, logFilters, offsetText, toText } from "../../../src/console/pages/log/log.js";

const nameOf = (agent: string): string => (agent === "1001" ? "Alice" : agent);

describe("the call log", () => {
  it("is asked by the filters that the API takes", () => {
    expect(logFilters({ sort: null, cursors: [], filters: { q: "anna", direction: "sideways", status: "busy", from: "2026-11-30T10:00", agent: "1001" } })).toEqual({ q: "anna", agent: "1001", status: "busy", from: new Date(2026, 10, 30, 10).toISOString() });
  });

  it("tells what happened in words", () => {
    expect(entryText({ at: "2026-11-30T10:00:00Z", type: "missed", agent: "1001", detail: { code: "NO_ANSWER", rangMs: 20_000, department: null } }, logEn, nameOf)).toBe("Missed · Alice · reason NO_ANSWER · rang 0:20");
    expect(entryText({ at: "2026-11-30T10:00:00Z", type: "transferred", agent: null, detail: { by: "alice", consulted: "true" } }, logEn, nameOf)).toBe("Transferred · by alice · after a consultation");
  });

  it("tells of a recording without its id", () => {
    expect(entryText({ at: "2026-11-30T10:00:00Z", type: "recorded", agent: null, detail: { action: "started", recording: "cc8384bb" } }, logEn, nameOf)).toBe("Recording · begins");
  });

  it("names the department that was called", () => {
    expect(toText({ to: "queue:support", toText: "queue:support" })).toBe("support");
    expect(toText({ to: "+12125550100", toText: "(212) 555-0100" })).toBe("(212) 555-0100");
  });

  it("says by whom it was ended", () => {
    expect(entryText({ at: "2026-11-30T10:00:00Z", type: "ended", agent: null, detail: { cause: "NORMAL_CLEARING", by: "customer" } }, logEn, nameOf)).toBe("Ended · cause NORMAL_CLEARING · by the caller");
  });

  it("shows what it does not know as it is", () => {
    expect(entryText({ at: "2026-11-30T10:00:00Z", type: "teleported", agent: null, detail: { speed: 3 } }, logEn, nameOf)).toBe("teleported · speed 3");
  });

  it("counts from the call's beginning", () => {
    expect(offsetText("2026-11-30T10:00:00.000Z", "2026-11-30T10:01:05.500Z")).toBe("1:05");
  });

  it("offers the outcomes of the department, else all", () => {
    const settings = { supervisionVisible: false, awayReasons: [], dispositions: { sales: ["sold", "lost"], support: ["solved", "lost"] } };
    expect(dispositionsOf(settings, "sales")).toEqual(["sold", "lost"]);
    expect(dispositionsOf(settings, null)).toEqual(["lost", "sold", "solved"]);
    expect(dispositionsOf(null, "sales")).toEqual([]);
  });
});
