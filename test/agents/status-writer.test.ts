/** Changes of agents' statuses while the database takes nothing. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { AgentStatusRecord } from "../../src/agents/index.js";
import { StatusWriter } from "../../src/agents/status-writer.js";
import { CallplaneError } from "../../src/errors.js";
import type { Piggyback } from "../../src/piggyback.js";
import { silentLogger } from "../store/support.js";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const locked = new CallplaneError("DatabaseUnavailable");
const record = (agentId: string, cause: AgentStatusRecord["cause"] = "call"): AgentStatusRecord => ({ organizationId: 1, agentId, status: "online", reason: null, since: new Date(0), cause });

function opened() {
  const stored: string[] = [];
  const commits: number[] = [];
  const state: { trouble: Error | null; troubleAfter: string | null; others: Piggyback<AgentStatusRecord> | null } = { trouble: null, troubleAfter: null, others: null };
  const logger = silentLogger();
  const store = {
    append: async (records: readonly AgentStatusRecord[]) => {
      commits.push(records.length);
      if (state.trouble !== null) throw state.trouble;
      if (records.some(({ agentId }) => agentId === "bad")) throw new Error("never");
      stored.push(...records.map(({ agentId }) => agentId));
      if (state.troubleAfter === records[0]?.agentId) state.trouble = locked;
    },
    piggyback: (waiting: Piggyback<AgentStatusRecord>) => {
      state.others = waiting;
      return () => undefined;
    },
    latest: async () => [],
    history: async () => [],
    prune: async () => 0,
  };
  return { writer: new StatusWriter(store, logger), stored, commits, state, logger };
}

it("wait, keep nobody waiting, and are stored in their order when it takes them again", async () => {
  const { writer, stored, state, logger } = opened();
  state.trouble = locked;
  writer.write(record("1001"));
  await writer.idle();
  writer.write(record("1002"));
  await writer.idle();
  await vi.advanceTimersByTimeAsync(3000);
  expect([stored, logger.warn.mock.calls.length, logger.error.mock.calls.length]).toEqual([[], 1, 0]);
  state.trouble = null;
  await vi.advanceTimersByTimeAsync(1000);
  writer.write(record("1003"));
  await writer.close();
  expect([stored, logger.error.mock.calls.length]).toEqual([["1001", "1002", "1003"], 0]);
});

it("that it refuses for good are lost, and hold back no other", async () => {
  const { writer, stored, logger } = opened();
  for (const agentId of ["1001", "bad", "1002"]) writer.write(record(agentId));
  await writer.idle();
  expect([stored, logger.error.mock.calls.length]).toEqual([["1001", "1002"], 1]);
});

it("are tried once more at the end, and in the log when that is in vain", async () => {
  const { writer, stored, state, logger } = opened();
  state.trouble = locked;
  writer.write(record("1001"));
  writer.write(record("1002"));
  await writer.idle();
  await writer.close();
  expect([stored, logger.error.mock.calls.length]).toEqual([[], 2]);
});

it("of one moment are stored together, and at once when somebody waits for it", async () => {
  const { writer, stored, commits } = opened();
  for (const agentId of ["1001", "1002"]) writer.write(record(agentId));
  await vi.advanceTimersByTimeAsync(0);
  expect(stored).toEqual([]);
  await vi.advanceTimersByTimeAsync(100);
  expect([stored, commits]).toEqual([["1001", "1002"], [2]]);
  writer.write(record("1003"));
  await writer.idle();
  expect([stored, commits]).toEqual([["1001", "1002", "1003"], [2, 1]]);
});

it("are stored by the next commit of anybody, once, and not while they are being stored", async () => {
  const { writer, stored, commits, state } = opened();
  writer.write(record("1001"));
  expect(state.others?.take().map(({ agentId }) => agentId)).toEqual(["1001"]);
  writer.write(record("1002", "request"));
  expect([state.others?.take(), stored]).toEqual([[], []]);
  state.others?.taken(true);
  await vi.advanceTimersByTimeAsync(100);
  expect([stored, commits, state.others?.take()]).toEqual([["1002"], [1], []]);
});

it("wait on when that commit comes to nothing", async () => {
  const { writer, stored, state } = opened();
  writer.write(record("1001"));
  state.others?.take();
  state.others?.taken(false);
  await vi.advanceTimersByTimeAsync(100);
  await writer.close();
  expect(stored).toEqual(["1001"]);
});

it("are stored once each, also when the database goes away while they are written one by one", async () => {
  const { writer, stored, state } = opened();
  state.troubleAfter = "1001";
  for (const agentId of ["1001", "bad", "1002"]) writer.write(record(agentId));
  await writer.idle();
  expect(stored).toEqual(["1001"]);
  state.trouble = state.troubleAfter = null;
  await writer.close();
  expect(stored).toEqual(["1001", "1002"]);
});

it("are stored, or in the log, also when they come after the end", async () => {
  const { writer, stored, state, logger } = opened();
  state.trouble = locked;
  writer.write(record("1001"));
  await writer.idle();
  await writer.close();
  writer.write(record("1002"));
  await writer.idle();
  expect(logger.error).toHaveBeenCalledTimes(2);
  state.trouble = null;
  writer.write(record("1003"));
  await writer.idle();
  expect(stored).toEqual(["1003"]);
});

it.each(["request", "request:1002", "system", "directory"] as const)("are stored at once, with all before them, where a restart would not find them again: %s", async (cause) => {
  const { writer, stored } = opened();
  writer.write(record("1001"));
  writer.write(record("1002", cause));
  await vi.advanceTimersByTimeAsync(0);
  expect(stored).toEqual(["1001", "1002"]);
});
