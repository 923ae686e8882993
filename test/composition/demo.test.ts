/** Whom the demonstration's customers call past the departments. */
import { expect, it } from "vitest";
import type { AgentChange, AgentView } from "../../src/agents/index.js";
import { callable } from "../../src/demo.js";

const agent = (status: AgentView["status"]): AgentView => ({ id: "1001", extension: "1001", name: "Alice", departments: [], status, since: "2026-01-01T00:00:00.000Z", reason: null, until: null, next: null, wrapUp: null, registered: true, phones: [], calls: [], ringing: [] });

it("are the agents who are online, and those who have not been at work yet", () => {
  let shown: AgentView | null = agent("offline");
  let tell: (change: AgentChange) => void = () => undefined;
  const isCallable = callable({ shown: (organizationId, id) => (organizationId === 1 && id === "1001" ? shown : null), onChange: (handler) => ((tell = handler), () => undefined) }, 1);
  const becomes = (status: AgentView["status"]): boolean => {
    shown = agent(status);
    tell({ type: "agent.status", organizationId: 1, agent: shown, cause: "request" });
    return isCallable("1001");
  };
  expect(isCallable("1001")).toBe(true);
  expect((["inCall", "offline", "online", "away", "offline", "online"] as const).map(becomes)).toEqual([true, true, true, false, false, true]);
  shown = null;
  expect(isCallable("1001")).toBe(false);
});
