import { describe, expect, it } from "vitest";
import { departmentState, worstFirst } from "../../../src/console/pages/wall/alarms.js";
import { AT, entry, queue } from "./samples.js";

const figures = queue().figures;

describe("a department's alarm", () => {
  it("is red when somebody waits longer than the limit", () => {
    const at = (waitedS: number) => departmentState(queue({ waiting: 1, entries: [entry("a", waitedS)] }), AT);
    expect(at(119)).toMatchObject({ level: "calm", alarm: null, longestSince: AT - 119_000 });
    expect(at(120)).toMatchObject({ level: "act", alarm: { kind: "wait", limitS: 120 } });
  });

  it("is red when as many wait as the limit says", () => {
    expect(departmentState(queue({ waiting: 5 }), AT)).toMatchObject({ level: "act", alarm: { kind: "waiting", limit: 5 } });
    expect(departmentState(queue({ waiting: 4 }), AT).level).toBe("calm");
  });

  it("is amber below the goal, and when nobody is there to answer", () => {
    expect(departmentState(queue({ figures: { ...figures, serviceLevel: 0.79 } }), AT)).toMatchObject({ level: "watch", alarm: { kind: "level" }, isLevelLow: true });
    const nobody = { ...figures, agents: { free: 0, busy: 0 } };
    expect(departmentState(queue({ waiting: 1, figures: nobody }), AT)).toMatchObject({ level: "watch", alarm: { kind: "nobody" } });
    expect(departmentState(queue({ waiting: 0, figures: nobody }), AT).level).toBe("calm");
  });

  it("is none where no limits are set, or no department exists", () => {
    const without = queue({ waiting: 50, entries: [entry("a", 9000)], alarms: { longestWaitS: null, waiting: null, talkS: null, awayS: null } });
    expect(departmentState(without, AT).level).toBe("calm");
    expect(departmentState(queue({ waiting: 50, alarms: null, serviceLevelS: null, serviceLevelTarget: null, figures: { ...figures, serviceLevel: 0 } }), AT).level).toBe("calm");
  });
});

it("puts red before amber, the longest wait first, and the calm ones by name", () => {
  const states = [
    departmentState(queue({ name: "sales", waiting: 1, entries: [entry("a", 60)] }), AT),
    departmentState(queue({ name: "claims" }), AT),
    departmentState(queue({ name: "support", figures: { ...figures, serviceLevel: 0.5 } }), AT),
    departmentState(queue({ name: "billing", waiting: 1, entries: [entry("b", 130)] }), AT),
    departmentState(queue({ name: "technical", waiting: 2, entries: [entry("c", 140), entry("d", 300)] }), AT),
  ];
  expect(states.sort(worstFirst).map(({ queue: { name } }) => name)).toEqual(["technical", "billing", "support", "claims", "sales"]);
});
