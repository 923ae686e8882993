/**
 * What a lock of SQLite that another process holds for 5 s adds to requests and commands. Wall time, since what is asked is how long people wait: each
 * request's longest with the lock stands against its longest without it, in turn and in one run, so that what else the machine does falls on both.
 */
import { setTimeout as pause } from "node:timers/promises";
import Sqlite from "better-sqlite3";
import type { Benchmark, Finding } from "./support/finding.js";
import { HttpConnection } from "./support/http-client.js";
import { median, ms, p99, timed } from "./support/measure.js";
import { openStage, settled, startSwitches, type Stage } from "./support/stage.js";

const HELD_MS = 5000;
/** With and without the lock in turn; each ends its own share of the calls. */
const TURNS = 4;
const HANGUPS = 15;
const CALLS = 10 + TURNS * HANGUPS;
const TENANTS = [{ domain: "lab.test", extensions: Array.from({ length: CALLS }, (_, index) => String(1001 + index)), calls: CALLS }] as const;
const GETS = ["/health/live", "/voicechannel/calls?limit=100", "/api/v2/channels?size=100", "/voicechannel/agents?limit=100", "/voiceconfig/voiceagents?pageSize=100", "/voiceconfig/calllogs?pageSize=100"];
const EVERY_MS = 20;
const ADDED_MS = 100;

interface Times {
  readonly gets: number[];
  readonly holds: number[];
  readonly resumes: number[];
  readonly hangups: number[];
}

const none = (): Times => ({ gets: [], holds: [], resumes: [], hangups: [] });

/** One turn: reads, holds and resumes, and hangups side by side for as long as a lock is held. */
async function turn(stage: Stage, times: Times, nth: number): Promise<void> {
  const token = stage.tokens[0] ?? "";
  const connections = await Promise.all(Array.from({ length: 3 }, () => HttpConnection.open(stage.httpPort, token)));
  const [reader, holder, ender] = connections;
  if (reader === undefined || holder === undefined || ender === undefined) throw new Error("no connections");
  const calls = stage.calls[0] ?? [];
  const until = performance.now() + HELD_MS;
  const goesOn = (): boolean => performance.now() < until;
  const act = (connection: HttpConnection, call: number, action: string): Promise<unknown> => connection.expect(200, "POST", `/voicechannel/calls/${calls[call]?.customer ?? ""}:${action}`);
  const reading = async (): Promise<void> => {
    for (let i = 0; goesOn(); i++) {
      times.gets.push(await timed(() => reader.expect(200, "GET", GETS[i % GETS.length] ?? "")));
      await pause(EVERY_MS);
    }
  };
  const holding = async (): Promise<void> => {
    for (let i = 0; goesOn(); i++) {
      times.holds.push(await timed(() => act(holder, i % 10, "hold")));
      times.resumes.push(await timed(() => act(holder, i % 10, "resume")));
      await pause(EVERY_MS);
    }
  };
  const ending = async (): Promise<void> => {
    for (let i = 0; i < HANGUPS && goesOn(); i++) {
      times.hangups.push(await timed(() => act(ender, 10 + nth * HANGUPS + i, "hangup")));
      await pause(HELD_MS / HANGUPS);
    }
  };
  try {
    await Promise.all([reading(), holding(), ending()]);
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function measure(stage: Stage): Promise<Finding[]> {
  const database = new Sqlite(stage.databasePath, { timeout: 5000 });
  const [free, locked] = [none(), none()];
  try {
    // Once without counting, so that everything is compiled.
    for (const action of ["hold", "resume"]) await stage.http.expect(200, "POST", `/voicechannel/calls/${stage.calls[0]?.[0]?.customer ?? ""}:${action}`);
    for (const path of GETS) await stage.http.expect(200, "GET", path);
    for (let nth = 0; nth < TURNS; nth++) {
      await settled(stage.http);
      if (nth % 2 === 0) {
        await turn(stage, free, nth);
      } else {
        database.exec("BEGIN IMMEDIATE");
        try {
          await turn(stage, locked, nth);
        } finally {
          database.exec("ROLLBACK");
        }
      }
    }
  } finally {
    database.close();
  }
  const told = (times: readonly number[]): string => `median ${ms(median(times))}, p99 ${ms(p99(times))}, longest ${ms(Math.max(...times))}`;
  const finding = (what: string, key: keyof Times): Finding => ({
    what: `${what}: what a lock of ${HELD_MS / 1000} s adds to the longest`,
    measured: `with the lock ${told(locked[key])}; without ${told(free[key])}`,
    value: Math.max(0, Math.max(...locked[key]) - Math.max(...free[key])),
    unit: "ms",
    target: { atMost: ADDED_MS },
  });
  return [finding("GET, six paths", "gets"), finding(":hold", "holds"), finding(":resume", "resumes"), finding(":hangup", "hangups")];
}

export const databaseLock: Benchmark = {
  title: "Another process holds the database's lock",
  async run() {
    const switches = startSwitches();
    try {
      const stage = await openStage(switches, TENANTS);
      try {
        return await measure(stage);
      } finally {
        await stage.close();
      }
    } finally {
      await switches.close();
    }
  },
};
