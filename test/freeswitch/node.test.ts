import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commands, createNodes, DEFAULT_TIMING, type NodeStatus, type SwitchEvent, type SwitchNode, type SwitchNodes, type SwitchSnapshot, type SwitchTiming } from "../../src/freeswitch/index.js";
import { CHANNEL_EVENT_NAMES } from "../../src/freeswitch/types.js";
import { channelUuid, variableName, variableValue } from "../../src/freeswitch/words.js";
import { CORE_A, CORE_B, PASSWORD, ScriptedSwitch, type ScriptedPeer } from "./scripted-switch.js";
import { within } from "../lab/wait.js";
import { stall, until } from "./until.js";
import { apiResponse, commandReply, frame } from "./wire.js";

const A = channelUuid("fe9358b7-5022-4e9d-b41d-b2d03ec10017");
const B = channelUuid("f8c90349-9de7-4bac-b020-2cd2187f9f36");

const ONE = variableName("callplane_one", "variable");
const TWO = variableName("callplane_two", "variable");

const FAST: Partial<SwitchTiming> = {
  handshakeMs: 15_000, apiTimeoutMs: 15_000, bgapiTimeoutMs: 15_000, reconcileTimeoutMs: 15_000, pingAfterMs: 60_000, pingTimeoutMs: 60_000,
  driftEveryMs: 60_000, backoffMinMs: 5, backoffMaxMs: 40, healthyMs: 60_000, unusableMs: 40, rowLagMs: 60_000, rowsWithinMs: 1_000, random: () => 0.5,
};

let sequence = 0;
const event = (name: string, uuid: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  "Event-Name": name, "Core-UUID": CORE_A, "Event-Sequence": String(++sequence), "Event-Date-Timestamp": String(Date.now() * 1000), "Unique-ID": uuid, ...more,
});

describe("a FreeSWITCH node", () => {
  let server: ScriptedSwitch;
  let nodes: SwitchNodes | null = null;
  /** What the sink was told, in order. */
  let told: string[];
  let statuses: NodeStatus[];
  let snapshots: SwitchSnapshot[];
  let finished: string[];
  let logged: string[];
  let warned: string[];
  let received: number;
  let reconnects: number;
  let failing: boolean;

  beforeEach(async () => {
    server = await ScriptedSwitch.listen();
    told = [];
    statuses = [];
    snapshots = [];
    finished = [];
    logged = [];
    warned = [];
    received = 0;
    reconnects = 0;
    failing = false;
  });
  afterEach(async () => {
    await nodes?.close();
    nodes = null;
    await server.close();
  });

  const log = (fields: object, message: string): number => logged.push(`${message} ${JSON.stringify(fields)}`);
  const warn = (fields: object, message: string): void => {
    log(fields, message);
    warned.push(message);
  };

  function start(timing: Partial<SwitchTiming> = {}, password = PASSWORD): SwitchNode {
    nodes = createNodes({
      nodes: [{ name: "fs1", host: "127.0.0.1", port: server.port, password }],
      sink: {
        event: (_, item: SwitchEvent) => {
          told.push(item.kind === "channel" ? `${item.name} ${item.uuid}` : item.kind);
          if (failing) throw new Error("a reader's mistake");
        },
        snapshot: (_, snapshot) => {
          told.push(`snapshot ${snapshot.reason}`);
          snapshots.push(snapshot);
        },
        status: (_, status) => {
          told.push(status.state);
          statuses.push(status);
        },
        removed: (name) => told.push(`removed ${name}`),
      },
      logger: { debug: log, info: log, warn, error: log },
      metrics: {
        eventReceived: (_node, _name, lagMs) => {
          expect(lagMs).toBeGreaterThanOrEqual(0);
          received++;
        },
        commandFinished: (_node, kind, outcome) => finished.push(`${kind} ${outcome}`),
        reconnected: () => reconnects++,
        nodeRemoved: () => undefined,
      },
      timing: { ...FAST, ...timing },
    });
    return nodes.get("fs1");
  }

  async function ready(timing: Partial<SwitchTiming> = {}): Promise<SwitchNode> {
    const node = start(timing);
    await until("ready", () => node.status().state === "ready");
    return node;
  }

  const finishJob = (command: string, body: string): void => {
    server.eventPeer.event({ "Event-Name": "BACKGROUND_JOB", "Job-UUID": /Job-UUID: (\S+)/.exec(command)?.[1] ?? "" }, body);
  };

  describe("connecting", () => {
    it("uses two sockets and subscribes to exactly what is used", async () => {
      const node = await ready();
      expect(server.peers).toHaveLength(2);
      expect(server.eventPeer.subscription).toEqual([
        ...CHANNEL_EVENT_NAMES, "BACKGROUND_JOB", "HEARTBEAT", "SHUTDOWN", "CUSTOM", "sofia::register", "sofia::unregister", "sofia::expire", "sofia::register_failure", "conference::maintenance",
      ]);
      expect(server.eventPeer.commands).toHaveLength(2);
      expect(node.status()).toMatchObject({ state: "ready", error: null, epoch: 1, version: "FreeSWITCH Version 1.10.12", holdMusic: "local_stream://moh", stale: false });
      expect(snapshots).toMatchObject([{ coreUuid: CORE_A, channels: [], registrations: [], reason: "connect" }]);
      expect(told).toEqual(["connecting", "reconciling", "snapshot connect", "ready"]);
    });

    it("subscribes first, and gives the events that came meanwhile between the snapshot and ready", async () => {
      server.channels = [{ uuid: A }];
      server.hold();
      start();
      await until("the question", () => server.commands.some((command) => command.startsWith("sendevent ADD_SCHEDULE")));
      server.eventPeer.event(event("CHANNEL_ANSWER", A));
      server.eventPeer.event(event("CHANNEL_BRIDGE", A));
      await until("both events", () => received === 2);
      expect(told).toEqual(["connecting", "reconciling"]);
      server.release();
      await until("ready", () => told.includes("ready"));
      expect(told).toEqual(["connecting", "reconciling", "snapshot connect", `CHANNEL_ANSWER ${A}`, `CHANNEL_BRIDGE ${A}`, "ready"]);
    });

    describe("to a FreeSWITCH whose rows are behind its events", () => {
      /** FreeSWITCH's table of tasks as it is read the nth time, with the mark that was sent last. */
      const tasks = (shown: (nth: number) => string): void => {
        let nth = 0;
        server.answer = (command) => (command === "api show tasks as json" ? apiResponse(shown(nth++)) : undefined);
      };
      const mark = (): string => /^sendevent ADD_SCHEDULE\n(?:.*\n)*?task-id: (\d+)/.exec(server.commands.findLast((command) => command.startsWith("sendevent ADD_SCHEDULE")) ?? "")?.[1] ?? "none";
      const table = (...ids: readonly string[]): string => JSON.stringify(ids.length === 0 ? { row_count: 0 } : { row_count: ids.length, rows: ids.map((task_id) => ({ task_id })) });
      const asked = (what: string): number => server.commands.filter((command) => command.startsWith(what)).length;

      it("reads the channels when what has happened before the subscription stands there", async () => {
        tasks((nth) => {
          expect(asked("api show channels")).toBe(0);
          return table("1", ...(nth < 3 ? [] : [mark()]));
        });
        await ready();
        expect([asked("api show tasks"), asked("api show channels")]).toEqual([4, 1]);
        expect(server.commands.find((command) => command.startsWith("sendevent DEL_SCHEDULE"))).toBe(`sendevent DEL_SCHEDULE\ntask-id: ${mark()}`);
      });

      it("reads them all the same after a while", async () => {
        tasks(() => table());
        await ready({ rowsWithinMs: 40 });
        expect([asked("api show channels"), asked("sendevent DEL_SCHEDULE")]).toEqual([1, 1]);
      });

      it("reads them at once where no mark can be made", async () => {
        server.answer = (command) => (command.startsWith("sendevent ") ? commandReply("-ERR command not found") : undefined);
        await ready({ rowsWithinMs: 60_000 });
        expect([asked("api show tasks"), asked("api show channels")]).toEqual([0, 1]);
      });
    });

    it("lets commands wait while it reconciles", async () => {
      server.hold();
      const node = start();
      await until("reconciling", () => node.status().state === "reconciling");
      const waiting = node.api(commands.hold(A));
      const impatient = node.api(commands.hold(B), { timeoutMs: 5 });
      const abort = new AbortController();
      const calledOff = node.api(commands.hold(B), { signal: abort.signal });
      abort.abort(new Error("enough"));
      await expect(calledOff).rejects.toThrow("enough");
      await expect(impatient).rejects.toMatchObject({ code: "Timeout" });
      expect(server.commands.filter((command) => command.includes("uuid_hold"))).toEqual([]);
      server.release();
      await waiting;
      expect(server.commands.filter((command) => command.includes("uuid_hold"))).toEqual([`api uuid_hold ${A}`]);
    });

    it("learns the core's uuid from events where FreeSWITCH does not tell it", async () => {
      server.answer = (command) => (command === "api global_getvar core_uuid" ? apiResponse("-ERR no reply\n") : undefined);
      const node = await ready();
      server.eventPeer.event(event("CHANNEL_CREATE", A));
      await until("the event", () => received === 1);
      await node.reconcile();
      expect(snapshots.map(({ coreUuid }) => coreUuid)).toEqual(["", CORE_A]);
    });
  });

  describe("commands", () => {
    it("resolve to FreeSWITCH's words and are counted by kind and outcome", async () => {
      server.answer = (command) => {
        if (command === `api uuid_exists ${A}`) return apiResponse("true");
        if (command === `api uuid_kill ${A} USER_BUSY`) return apiResponse("-ERR No such channel!\n");
        if (command === `api uuid_dump ${A} json`) return null;
        if (command.startsWith("sendmsg")) return commandReply("+OK");
        return undefined;
      };
      const node = await ready();
      expect(await node.api(commands.exists(A))).toBe("true");
      expect(await node.send(commands.execute(A, "park", null, B))).toBe("+OK");
      await expect(node.api(commands.kill(A, "USER_BUSY"))).rejects.toMatchObject({ name: "CommandRefused", code: "NotFound", reply: "-ERR No such channel!" });
      await expect(node.api(commands.dump(A), { timeoutMs: 10 })).rejects.toMatchObject({ code: "Timeout" });
      expect(finished).toEqual(["uuid_exists ok", "execute ok", "uuid_kill refused", "uuid_dump timeout"]);
      expect(server.commands.find((command) => command.startsWith("sendmsg"))).toBe(`sendmsg ${A}\ncall-command: execute\nexecute-app-name: park\nEvent-UUID: ${B}\nasync: true`);
    });

    it.each([
      ["api", "uuid_hold x\napi shutdown"], ["api", "uuid_hold x\r"], ["api", "uuid_hold x\0"], ["api", ""], ["bgapi", "originate x\n\napi shutdown"],
      ["send", "api shutdown"], ["send", `sendmsg ${A}\n\napi shutdown`], ["send", `sendmsg ${A}\nexecute-app-arg: x\rapi shutdown`], ["send", `sendmsg ${A}\nContent-Length: 5`], ["send", `sendmsg ${A}\nno header`], ["send", ""],
    ] as const)("refuse at the wire what no builder makes (%s %j)", async (way, line) => {
      const node = await ready();
      const before = server.commands.length;
      await expect(node[way]({ kind: "forged", line })).rejects.toThrow(TypeError);
      await node.api(commands.version());
      expect(server.commands.slice(before)).toEqual(["api version"]);
    });

    it("match background jobs by the Job-UUID that we gave, whatever the order", async () => {
      const jobs: string[] = [];
      server.answer = (command) => {
        if (command.startsWith("bgapi ")) jobs.push(command);
        return undefined;
      };
      const node = await ready();
      const first = node.bgapi({ kind: "originate", line: "originate one" });
      const second = node.bgapi({ kind: "originate", line: "originate two" });
      await until("both jobs", () => jobs.length === 2);
      finishJob("Job-UUID: 00000000-0000-4000-8000-000000000000", "+OK of somebody else\n");
      finishJob(jobs[1] ?? "", "-ERR USER_BUSY\n");
      finishJob(jobs[0] ?? "", `+OK ${A}\n`);
      expect(await first).toBe(`+OK ${A}\n`);
      await expect(second).rejects.toMatchObject({ code: "USER_BUSY", causeWord: "USER_BUSY" });
      expect(told.filter((item) => item === "job")).toEqual([]);
    });

    it("take a job whose event is there before the reply", async () => {
      server.answer = (command) => {
        if (!command.startsWith("bgapi ")) return undefined;
        finishJob(command, "+OK done\n");
        return null;
      };
      const node = await ready();
      expect(await node.bgapi({ kind: "originate", line: "originate x" })).toBe("+OK done\n");
    });

    it("end with a job that FreeSWITCH refuses, that never ends, or that is called off", async () => {
      server.answer = (command) => (command.startsWith("bgapi denied") ? commandReply("-ERR permission denied") : undefined);
      const node = await ready();
      await expect(node.bgapi({ kind: "x", line: "denied" })).rejects.toMatchObject({ reply: "-ERR permission denied" });
      await expect(node.bgapi({ kind: "x", line: "endless" }, { timeoutMs: 10 })).rejects.toMatchObject({ code: "Timeout" });
      const abort = new AbortController();
      const job = node.bgapi({ kind: "x", line: "endless" }, { signal: abort.signal });
      abort.abort(new Error("enough"));
      await expect(job).rejects.toThrow("enough");
      expect(finished).toEqual(["x refused", "x timeout", "x aborted"]);
    });

    it("do not mix up replies after one that came too late", async () => {
      server.answer = (command) => (command.startsWith("api uuid_getvar") ? null : undefined);
      const node = await ready();
      const peer: ScriptedPeer = server.commandPeer;
      await expect(node.api(commands.getVariable(A, variableName("one", "name")), { timeoutMs: 10 })).rejects.toMatchObject({ code: "Timeout" });
      const second = node.api(commands.getVariable(A, variableName("two", "name")));
      await until("the second", () => peer.commands.some((command) => command.endsWith("two")));
      peer.write(Buffer.concat([apiResponse("first"), apiResponse("second")]));
      expect(await second).toBe("second");
    });
  });

  describe("losing the connection", () => {
    it.each([
      ["the event socket", (): ScriptedPeer => server.eventPeer],
      ["the command socket", (): ScriptedPeer => server.commandPeer],
    ])("tells it at once when %s is reset, rejects what was pending, and heals", async (_, peer) => {
      server.answer = (command) => (command.includes("uuid_dump") || command.startsWith("bgapi") ? null : undefined);
      const node = await ready();
      const pending = [node.api(commands.dump(A)), node.bgapi({ kind: "originate", line: "originate x" })];
      await until("the commands", () => server.commands.some((command) => command.startsWith("bgapi")));
      peer().reset("");
      for (const one of pending) await expect(one).rejects.toMatchObject({ code: "SwitchUnavailable", details: { retryAfterS: 5 } });
      await until("ready again", () => statuses.at(-1)?.epoch === 2 && node.status().state === "ready");
      expect(told).toEqual(["connecting", "reconciling", "snapshot connect", "ready", "down", "reconciling", "snapshot connect", "ready"]);
      expect(statuses.find(({ state }) => state === "down")).toMatchObject({ stale: true, error: "The connection was reset." });
      expect(reconnects).toBe(1);
      expect(await node.api(commands.version())).toContain("1.10.12");
    });

    it("answers SwitchUnavailable while it is down", async () => {
      const node = await ready();
      await server.close();
      await until("down", () => node.status().state === "down");
      for (const work of [node.api(commands.version()), node.bgapi(commands.version()), node.send(commands.eavesdropMode(A, "0")), node.reconcile()]) {
        await expect(work).rejects.toMatchObject({ code: "SwitchUnavailable", status: 503 });
      }
      await until("the reason", () => node.status().error?.includes("connection refused"));
    });

    it("sees a FreeSWITCH that was started anew", async () => {
      const node = await ready();
      const { port } = server;
      await server.close();
      await until("down", () => node.status().state === "down");
      server = await ScriptedSwitch.listen(port);
      server.coreUuid = CORE_B;
      await until("ready", () => node.status().state === "ready");
      expect(snapshots.map(({ coreUuid }) => coreUuid)).toEqual([CORE_A, CORE_B]);
    });

    it("passes FreeSWITCH's own farewell on", async () => {
      await ready();
      server.eventPeer.event({ "Event-Name": "SHUTDOWN", "Core-UUID": CORE_A });
      await until("the farewell", () => told.includes("shutdown"));
    });

    it("closes a socket that has fallen silent, and connects again", async () => {
      // Half open: the connection stands, but nobody answers.
      server.answer = (command, peer) => (command === "api version" && peer.commands.filter((one) => one === "api version").length > 1 ? null : undefined);
      const node = await ready({ pingAfterMs: 20, pingTimeoutMs: 30 });
      await until("down", () => statuses.some(({ state, error }) => state === "down" && error?.includes("silent")));
      await until("ready again", () => node.status().epoch >= 2 && node.status().state === "ready");
    });

    it.each([
      ["events", (peer: ScriptedPeer): boolean => peer.subscription !== null],
      ["commands", (peer: ScriptedPeer): boolean => peer.subscription === null],
    ])("notices when the socket for %s alone has fallen silent", async (_, isSilent) => {
      const node = await ready();
      await node.close();
      statuses.length = 0;
      server.answer = (command, peer) => (command === "api version" && peer === silent ? null : undefined);
      let silent: ScriptedPeer | null = null;
      const again = start({ pingAfterMs: 20, pingTimeoutMs: 30, slowCommandMs: 200 });
      await until("ready", () => again.status().state === "ready");
      silent = server.peers.findLast((peer) => peer.authenticated && isSilent(peer)) ?? null;
      await until("down", () => statuses.some(({ state, error }) => state === "down" && error?.includes("silent")));
    });

    it("is not taken for silent while a command is slow, as long as it sends events", async () => {
      const node = await ready({ pingAfterMs: 20, pingTimeoutMs: 30, slowCommandMs: 60_000, apiTimeoutMs: 60_000 });
      server.hold();
      const slow = node.api(commands.version());
      const pings = (): number => server.eventPeer.commands.filter((command) => command === "api version").length;
      await until("many signs of life on the other socket", () => pings() > 10);
      server.release();
      expect(await slow).toContain("1.10.12");
      expect(node.status()).toMatchObject({ state: "ready", epoch: 1 });
    });

    it("is taken for silent when a command is slower than any can be", async () => {
      const node = await ready({ pingAfterMs: 20, pingTimeoutMs: 30, slowCommandMs: 60 });
      server.hold();
      await expect(node.api(commands.version())).rejects.toMatchObject({ code: "SwitchUnavailable" });
      await until("down", () => statuses.some(({ state, error }) => state === "down" && error?.includes("silent")));
    });

    describe("that does not come to the end of a command", () => {
      /** Sockets on which a command about A was sent: FreeSWITCH does nothing more for them. */
      let busy: Set<ScriptedPeer>;
      const about = (uuid: typeof A): string => `uuid_exists ${uuid}`;
      const beBusy = (): void => {
        busy = new Set();
        server.answer = (command, peer) => {
          if (command === `api ${about(A)}`) busy.add(peer);
          return busy.has(peer) ? null : undefined;
        };
      };
      const stuck = async (timing: Partial<SwitchTiming> = {}): Promise<{ readonly node: SwitchNode; readonly first: Promise<string> }> => {
        beBusy();
        const node = await ready({ blockedMs: 40, slowCommandMs: 60_000, ...timing });
        const first = node.api(commands.exists(A));
        first.catch(() => undefined);
        await until("another socket", () => busy.size > 0 && !busy.has(server.commandPeer));
        return { node, first };
      };
      const asked = (): number => server.commands.filter((command) => command.endsWith(about(A)) || command.startsWith(`bgapi ${about(A)}`)).length;

      it("does the others by another socket, and leaves that channel alone", async () => {
        const { node, first } = await stuck();
        expect(await node.api(commands.version())).toContain("1.10.12");
        expect(await node.api(commands.exists(B))).toBe("+OK\n");
        await expect(node.api(commands.exists(A), { timeoutMs: 60 })).rejects.toMatchObject({ code: "Timeout" });
        await expect(node.bgapi(commands.exists(A), { timeoutMs: 60 })).rejects.toMatchObject({ code: "Timeout" });
        expect(asked()).toBe(1);
        expect(logged.filter((line) => line.includes("does not come to the end of a command"))).toEqual([expect.stringContaining(A)]);
        expect(node.status()).toMatchObject({ state: "ready", epoch: 1 });
        // It comes to the end after all.
        for (const peer of busy) peer.write(apiResponse("true"));
        busy.clear();
        server.answer = () => undefined;
        expect(await first).toBe("true");
        expect(await node.api(commands.exists(A))).toBe("+OK\n");
      });

      const message = commands.execute(A, "set", variableValue("x=1", "argument"), channelUuid("00000000-0000-4000-8000-000000000001"));
      const probes = (): readonly string[] => server.commands.flatMap((command) => (command.startsWith("bgapi ") && command.includes(about(A)) ? (/Job-UUID: (\S+)/.exec(command)?.[1] ?? []) : []));
      const answer = (job: string): void => server.eventPeer.event({ "Event-Name": "BACKGROUND_JOB", "Core-UUID": CORE_A, "Job-UUID": job }, "true");
      const endBusy = (): void => {
        for (const peer of busy) peer.write(apiResponse("true"));
        busy.clear();
        server.answer = () => undefined;
      };

      it("is sent nothing more by that socket while another one is being opened", async () => {
        let opening: ScriptedPeer | null = null;
        busy = new Set();
        const node = await ready({ blockedMs: 40, slowCommandMs: 60_000 });
        server.answer = (command, peer) => {
          if (command === `api ${about(A)}`) busy.add(peer);
          if (command.startsWith("auth ")) opening = peer;
          return busy.has(peer) || command.startsWith("auth ") ? null : undefined;
        };
        const first = node.api(commands.exists(A));
        const other = await until("another connection", () => opening);
        const second = node.api(commands.version());
        const late = node.api(commands.exists(B), { timeoutMs: 60 });
        const abort = new AbortController();
        const inOrder = [commands.getVariable(B, ONE), commands.getVariable(B, TWO)].map((command, index) => node.api(command, index === 0 ? { signal: abort.signal } : {}));
        await expect(late).rejects.toMatchObject({ code: "Timeout" });
        other.authenticated = true;
        other.write(commandReply("+OK accepted"));
        expect(await second).toContain("1.10.12");
        await Promise.all(inOrder);
        expect(other.commands.slice(1)).toEqual(["api version", `api uuid_getvar ${B} ${ONE}`, `api uuid_getvar ${B} ${TWO}`]);
        expect([...busy].flatMap((peer) => peer.commands).filter((command) => command.startsWith("api uuid_exists"))).toEqual([`api ${about(A)}`]);
        expect(server.commands).not.toContain(`api ${about(B)}`);
        endBusy();
        expect(await first).toBe("true");
      });

      it("is connected to again when the first attempt fails, and told what has waited then", async () => {
        let attempts = 0;
        const node = await ready({ blockedMs: 40, slowCommandMs: 60_000 });
        server.greet = (peer) => {
          if (++attempts > 2) return true;
          peer.end();
          return false;
        };
        beBusy();
        const first = node.api(commands.exists(A));
        await until("a first attempt", () => attempts > 0);
        expect(await node.api(commands.version())).toContain("1.10.12");
        expect(attempts).toBe(3);
        endBusy();
        expect(await first).toBe("true");
      });

      it("rejects what waits for another socket when it is closed", async () => {
        let isAsked = false;
        const node = await ready({ blockedMs: 40, slowCommandMs: 60_000 });
        server.greet = () => {
          isAsked = true;
          return false;
        };
        beBusy();
        const waiting = [node.api(commands.exists(A))];
        await until("another connection", () => isAsked);
        waiting.push(node.api(commands.version()));
        const rejected = Promise.allSettled(waiting);
        await nodes?.close();
        nodes = null;
        expect((await rejected).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
      });

      it("is asked about that channel again after a while, by a command that keeps nobody waiting", async () => {
        const { node, first } = await stuck({ slowCommandMs: 50 });
        const again = node.api(commands.exists(A));
        await until("the channel to be left alone no more", () => probes().length === 1);
        expect(await node.api(commands.version())).toContain("1.10.12");
        for (const job of probes()) answer(job);
        expect(await again).toBe("true");
        // The socket still waits for its command: no other command about the channel may take the next one.
        const third = node.api(commands.exists(A));
        await until("another by itself", () => probes().length === 2);
        expect(busy.size).toBe(1);
        answer(probes()[1] ?? "");
        expect(await third).toBe("true");
        endBusy();
        expect(await first).toBe("true");
        expect(await node.api(commands.exists(A))).toBe("+OK\n");
        expect(probes()).toHaveLength(2);
      });

      it("is sent a message for that channel after a while, which leaves the one command that proves its answer to others", async () => {
        const { node } = await stuck({ slowCommandMs: 2_000 });
        await expect(node.send(message, { timeoutMs: 60 })).rejects.toMatchObject({ code: "Timeout" });
        expect(server.commands.some((command) => command.startsWith("sendmsg "))).toBe(false);
        expect(await node.send(message)).toBe("+OK\n");
        const began = performance.now();
        const again = node.api(commands.exists(A));
        await until("the channel to be asked about", () => probes().length === 1);
        expect(performance.now() - began).toBeLessThan(1_000);
        // Answered or not, it keeps no message from that channel longer than the others.
        answer(probes()[0] ?? "");
        expect(await again).toBe("true");
      });

      it("counts the answer about that channel that came after whoever asked had given up", async () => {
        const { node } = await stuck({ slowCommandMs: 2_000 });
        while (probes().length === 0) await node.api(commands.exists(A), { timeoutMs: 60 }).catch(() => undefined);
        answer(probes()[0] ?? "");
        const began = performance.now();
        const again = node.api(commands.exists(A));
        await until("the channel to be asked about again", () => probes().length === 2);
        expect(performance.now() - began).toBeLessThan(1_000);
        answer(probes()[1] ?? "");
        expect(await again).toBe("true");
      });

      it("is connected with anew when too many sockets wait", async () => {
        busy = new Set();
        server.answer = (command, peer) => {
          if (command.startsWith("api uuid_exists")) busy.add(peer);
          return busy.has(peer) ? null : undefined;
        };
        const node = await ready({ blockedMs: 40, pingAfterMs: 40, pingTimeoutMs: 40, slowCommandMs: 200 });
        const uuids = Array.from({ length: 8 }, (_, n) => channelUuid(`fe9358b7-5022-4e9d-b41d-b2d03ec1002${n}`));
        const isDown = (): boolean => statuses.some(({ state }) => state === "down");
        const answers = (): Promise<boolean> => node.api(commands.version(), { timeoutMs: 100 }).then(() => true, () => false);
        for (const [at, uuid] of uuids.entries()) {
          node.api(commands.exists(uuid)).catch(() => undefined);
          await until(`${at + 1} sockets that wait, or the end`, () => busy.size > at || isDown());
          while (busy.size < 4 && !isDown() && !(await answers()));
          if (busy.size === 4 || isDown()) break;
        }
        await until("down", () => statuses.some(({ state, error }) => state === "down" && error?.includes("silent")));
        expect(busy.size).toBe(4);
      });
    });

    it("is not taken for lost by a process that stalled itself", async () => {
      let stalls = 0;
      const pingTimeoutMs = 500;
      const node = await ready({ pingAfterMs: 60, pingTimeoutMs });
      server.answer = (command) => {
        if (command === "api version" && stalls++ < 2) stall(2 * pingTimeoutMs);
        return undefined;
      };
      const pings = (): number => server.commands.filter((command) => command === "api version").length;
      const before = pings();
      await until("more signs of life", () => pings() > before + 6);
      expect(node.status()).toMatchObject({ state: "ready", epoch: 1 });
    });

    it("is noticed within 15 s, and followed again within 2 s", () => {
      expect(1.25 * DEFAULT_TIMING.pingAfterMs + DEFAULT_TIMING.pingTimeoutMs).toBeLessThan(15_000);
      expect(DEFAULT_TIMING.backoffMaxMs).toBeLessThanOrEqual(2000);
      expect(DEFAULT_TIMING.unusableMs).toBeGreaterThanOrEqual(30_000);
    });

    it("says once that FreeSWITCH is away, however often it is tried", async () => {
      const node = await ready({ backoffMinMs: 1, backoffMaxMs: 2 });
      await server.close();
      await until("many attempts", () => logged.filter((line) => line.startsWith("FreeSWITCH session failed")).length > 10);
      expect(node.status().state).toBe("down");
      // How the connection was lost, and that nothing listens.
      expect(logged.filter((line) => line.startsWith("FreeSWITCH is not reachable")).length).toBeGreaterThan(10);
      expect(warned.filter((line) => line.startsWith("FreeSWITCH is not reachable"))).toHaveLength(2);
    });

    it("keeps a quiet connection that answers when it is asked", async () => {
      const node = await ready({ pingAfterMs: 20, pingTimeoutMs: 200 });
      const pings = (): number => server.commands.filter((command) => command === "api version").length;
      await until("several signs of life on both sockets", () => pings() > 7);
      expect(server.eventPeer.commands).toContain("api version");
      expect(node.status()).toMatchObject({ state: "ready", epoch: 1 });
    });

    it("gives up a connection whose snapshot does not come, or makes no sense, and tries again", async () => {
      const answers = [null, apiResponse("not JSON"), apiResponse("-ERR no\n")];
      server.answer = (command) => (command === "api show channels as json" && answers.length > 0 ? answers.shift() : undefined);
      const node = await ready({ reconcileTimeoutMs: 30 });
      // On a slow machine a good snapshot may come too late as well.
      expect(node.status().epoch).toBeGreaterThanOrEqual(4);
      expect(statuses.filter(({ state }) => state === "down").length).toBeGreaterThanOrEqual(3);
    });
  });

  describe("what an operator must mend", () => {
    it("is a wrong password: unusable, tried at the longest step alone, on one socket, never shown", async () => {
      const attempts: { readonly at: number; readonly told: readonly string[] }[] = [];
      server.greet = () => {
        attempts.push({ at: performance.now(), told: [...told] });
        return true;
      };
      const node = start({ backoffMinMs: 1, backoffMaxMs: 1, unusableMs: 150 }, "wr0ng-secret");
      await until("the second attempt", () => attempts.length >= 2);
      await until("unusable", () => node.status().state === "unusable");
      expect(node.status().error).toBe("FreeSWITCH refuses the event socket's password.");
      const [first, second] = attempts;
      expect(second?.told).toContain("unusable");
      // The server greets the first before the node can learn of the refusal. Timers may fire a millisecond early.
      expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(149);
      expect(`${logged.join()} ${JSON.stringify(statuses)}`).not.toContain("wr0ng-secret");
      expect(logged.some((line) => line.startsWith("FreeSWITCH cannot be used"))).toBe(true);
    });

    it("is a refused address: unusable, and well again when it is mended", async () => {
      let refuse = true;
      server.greet = (peer) => {
        if (!refuse) return true;
        peer.write(frame({ "Content-Type": "text/rude-rejection" }, "Access Denied, go away.\n"));
        peer.end();
        return false;
      };
      const node = start();
      await until("unusable", () => node.status().state === "unusable");
      expect(node.status().error).toContain("access list");
      refuse = false;
      await until("ready", () => node.status().state === "ready");
      expect(node.status().error).toBeNull();
    });
  });

  describe("drift", () => {
    it("is checked regularly, from sequences whose rows must be there by then, without rows of the destroyed", async () => {
      const node = await ready();
      server.eventPeer.event(event("CHANNEL_CREATE", A));
      server.eventPeer.event(event("CHANNEL_DESTROY", A));
      await until("the events", () => told.includes(`CHANNEL_DESTROY ${A}`));
      // FreeSWITCH's table is behind: it still shows A.
      server.channels = [{ uuid: A }, { uuid: B }];
      await node.reconcile();
      expect(snapshots.at(-1)).toMatchObject({ reason: "drift", afterSequence: 0, coreUuid: CORE_A });
      expect(snapshots.at(-1)?.channels.map(({ uuid }) => uuid)).toEqual([B]);
    });

    it("asks by itself", async () => {
      await ready({ driftEveryMs: 10 });
      await until("two checks", () => snapshots.filter(({ reason }) => reason === "drift").length >= 2);
    });

    it("asks twice more soon after connecting, since rows are behind events", async () => {
      await ready({ rowLagMs: 10 });
      await until("the looks", () => snapshots.length === 3);
      expect(snapshots.map(({ reason }) => reason)).toEqual(["connect", "drift", "drift"]);
    });

    it("asks once for those who ask together", async () => {
      const node = await ready();
      await Promise.all([node.reconcile(), node.reconcile(), node.reconcile()]);
      expect(snapshots.map(({ reason }) => reason)).toEqual(["connect", "drift"]);
    });
  });

  it("contains a reader's mistakes", async () => {
    const node = await ready();
    failing = true;
    server.eventPeer.event(event("CHANNEL_CREATE", A));
    server.eventPeer.event(event("CHANNEL_ANSWER", A));
    await until("both events", () => told.includes(`CHANNEL_ANSWER ${A}`));
    expect(node.status().state).toBe("ready");
    expect(logged.filter((line) => line.startsWith("a handler"))).toHaveLength(2);
  });

  describe("closing", () => {
    it("rejects what is pending, ends both sockets politely, once, and stays closed", async () => {
      server.answer = (command) => (command.includes("uuid_dump") ? null : undefined);
      const node = await ready();
      const pending = expect(node.api(commands.dump(A))).rejects.toMatchObject({ code: "SwitchUnavailable" });
      await Promise.all([node.close(), node.close(), pending]);
      await node.close();
      expect(node.status()).toMatchObject({ state: "closed", stale: true });
      expect(told.filter((state) => state === "closed")).toHaveLength(1);
      expect(server.commands.filter((command) => command === "exit")).toHaveLength(2);
      await expect(node.api(commands.version())).rejects.toMatchObject({ code: "SwitchUnavailable" });
    });

    it.each([
      ["it waits for the next attempt", { unusableMs: 60_000 }, (): boolean => statuses.some(({ state }) => state === "unusable")],
      ["it is connecting", {}, (): boolean => server.peers.length > 0],
    ])("does not wait when %s", async (_, timing, moment) => {
      server.answer = () => (Object.keys(timing).length > 0 ? undefined : null);
      const node = start(timing, "wrong");
      await until("the moment", moment);
      await within("the node to close", 10_000, node.close());
      expect(node.status().state).toBe("closed");
    });
  });
});
