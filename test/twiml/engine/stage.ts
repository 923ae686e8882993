/** The engine of voice programs beside a lab: one organization, a program's server, and what the engine asks of other rooms. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCalls, Registry, type CallsRoom } from "../../../src/calls/index.js";
import { createNodes, domainName, endpoints, extension, phoneNumber, type SwitchNode, type SwitchNodes } from "../../../src/freeswitch/index.js";
import { AddressGuard, CookieJar, OutboundClient } from "../../../src/outbound/index.js";
import type { Actor, Directory, Organization } from "../../../src/people/index.js";
import { Phones } from "../../../src/phones/index.js";
import type { DialPolicy } from "../../../src/dialling/index.js";
import { OwnedNodes, ProgramEngine, ProgramLog, type CallbackDelivery, type Ears, type KeptConference, type LegNote, type LegWatch, type ProgramRecording, type ProgramStart, type UnmadeCall } from "../../../src/twiml/index.js";
import { CallplaneError, invalid } from "../../../src/errors.js";
import { lengthMs, trimSilence } from "../../../src/speech/index.js";
import { earsOf } from "../../../src/composition/ears.js";
import type { Lab } from "../../lab/types.js";
import { testStreams } from "../../media/streams.js";
import { delay, eventually } from "../../lab/wait.js";
import { WaitingRoom } from "../../../src/queues/waiting-room.js";
import { ProgramServer } from "./program-server.js";

export const ACCOUNT = { organizationId: 1, accountSid: `AC${"a".repeat(32)}`, authToken: "b".repeat(32) };
export const admin: Actor = { name: "admin", role: "admin", organizationId: 1, agentId: null, permissions: new Set(["listen", "whisper", "barge"]), tokenId: "admin" };

/** What a text sounds like here: a file that plays so long. */
const SPOKEN_MS = 150;

export interface ProgramStage {
  readonly lab: Lab;
  readonly server: ProgramServer;
  /** What was told to callbacks, in order; they are delivered to nobody. */
  readonly told: CallbackDelivery[];
  readonly recordings: ProgramRecording[];
  /** What was noted of legs. */
  readonly legNotes: LegNote[];
  /** Calls of the API's that have ended unanswered. */
  readonly unmade: UnmadeCall[];
  /** What was spoken, in order. */
  readonly spoken: string[];
  /** Keeps the legs whose end is to be told. */
  /** `isAway`: accounts cannot be read. */
  readonly book: { takesMs: number; isAway: boolean; readonly keeps: (callSid: string) => boolean };
  readonly log: ProgramLog;
  /** Callers that a department takes. */
  readonly limits: { department: number | null };
  /** What hears callers; null: nobody. */
  hears: Ears["recognize"];
  calls(): CallsRoom;
  engine(): ProgramEngine;
  /** The connection to FreeSWITCH. */
  node(name: string): SwitchNode;
  /** The program of this name, which callers reach as `program:<name>`. */
  program(name: string, start?: Partial<Omit<ProgramStart, "name" | "organizationId">>): void;
  /** Whether the call of this leg has begun and ended. */
  ended(id: string): boolean;
  /** A caller of the program; gives the leg's uuid. `at`: the lab whose FreeSWITCH the caller reaches. */
  callIn(name: string, from?: string, at?: Lab): Promise<string>;
  /** Stops Callplane and starts it again; FreeSWITCH goes on. `between`: while it is down. */
  restart(between?: () => Promise<void>): Promise<void>;
  /** As `restart`, but this Callplane has no time for anything: nothing that it does from now on reaches anybody. */
  kill(between?: () => Promise<void>): Promise<void>;
  /** Ends every call, and forgets what was told. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

interface Running {
  readonly nodes: SwitchNodes;
  /** Nothing it does reaches anybody any more. */
  readonly life: { isOver: boolean };
  readonly calls: CallsRoom;
  readonly engine: ProgramEngine;
  close(): Promise<void>;
}

/** The lab's phone that never is. */
const UNREGISTERED = "1009";
let callers = 0;

/** @param second another FreeSWITCH of the same Callplane */
export async function openProgramStage(lab: Lab & { readonly recordingsDir?: string }, secondMs = 100, requestMs = 3000, confirmMs = 3000, second: Lab | null = null): Promise<ProgramStage> {
  const server = await ProgramServer.open();
  const folder = mkdtempSync(join(tmpdir(), "callplane-programs-"));
  const programs = new Map<string, ProgramStart>();
  const told: CallbackDelivery[] = [];
  const recordings: ProgramRecording[] = [];
  const legNotes: LegNote[] = [];
  const unmade: UnmadeCall[] = [];
  const spoken: string[] = [];
  const ended = new Set<string>();
  const limits: ProgramStage["limits"] = { department: null };
  const hearing: { recognize: Ears["recognize"] } = { recognize: null };
  const watches = new Map<string, LegWatch>();
  const conferences = new Map<string, string>();
  const book = { takesMs: 0, isAway: false, keeps: (sid: string): boolean => watches.has(sid) };
  const logger = { debug: nothing, info: nothing, warn: nothing, error: (fields: object, text: string) => void (process.env.CONTRACT_LOG === undefined ? undefined : console.error(text, fields)) };
  const log = new ProgramLog(logger);
  const web = new OutboundClient({ guard: new AddressGuard({ allowed: ["127.0.0.1"] }), limits: { totalMs: requestMs } });
  const start = async (): Promise<Running> => {
    const directory = directoryOf(lab);
    const registry = new Registry({ directory, logger, metrics: { incident: nothing } });
    const fan: { room: CallsRoom | null; phones: Phones | null } = { room: null, phones: null };
    const life = { isOver: false };
    /** What a killed process does is never done. */
    const alive = async <T>(work: () => T | Promise<T>): Promise<T> => (life.isOver ? new Promise<never>(() => undefined) : work());
    const names = second === null ? ["fs"] : ["fs", "second"];
    const nodes = createNodes({
      nodes: [lab, ...(second === null ? [] : [second])].map(({ eslUrl }, index) => {
        const { hostname, port, password } = new URL(eslUrl);
        return { name: names[index] ?? "", host: hostname, port: Number(port), password: decodeURIComponent(password) };
      }),
      sink: {
        event: (node, event) => [fan.room?.feed, fan.phones?.sink].forEach((sink) => sink?.event(node, event)),
        snapshot: (node, snapshot) => [fan.room?.feed, fan.phones?.sink].forEach((sink) => sink?.snapshot(node, snapshot)),
        status: (node, status) => [fan.room?.feed, fan.phones?.sink].forEach((sink) => sink?.status(node, status)),
        removed: (node) => [fan.room?.feed, fan.phones?.sink].forEach((sink) => sink?.removed(node)),
      },
      logger,
      metrics: { eventReceived: nothing, commandFinished: nothing, reconnected: nothing, nodeRemoved: nothing },
      timing: { backoffMinMs: 10, backoffMaxMs: 100 },
    });
    const phones = new Phones({ nodes, directory, logger });
    const settings = { confirmMs, ringS: 3, parkReturnS: null, lostPhoneS: 10, lostPhoneReturnS: 10, againMs: 5000, recordingsDir: lab.recordingsDir ?? folder };
    const calls = createCalls(registry, { nodes, phones, directory, policy: policy(), audit: { append: nothing }, logger, settings });
    fan.room = calls;
    calls.onLeg(({ type, leg }) => {
      if (type === "completed") ended.add(leg.uuid);
    });
    fan.phones = phones;
    const room = new WaitingRoom(calls.legs, logger);
    const streams = testStreams(calls, { enqueue: async ({ kind: _kind, form = [], json: _json, ...delivery }) => void told.push({ ...delivery, kind: "callback", form }) });
    const owned = new OwnedNodes({ names, unclaimedMs: 600_000, logger });
    const engine = await ProgramEngine.open({
      legs: calls.scripts,
      children: calls.children,
      rooms: calls.scriptRooms,
      waits: calls.scriptWaits,
      talkRecordings: calls.scriptRecordings,
      organizations: { isOwnNumber: (_organization, number) => number === "+12125550199", departmentOfWorkflow: (_organization, sid) => (sid === "WW1" ? "support" : null), department: (organizationId, department) => ({ callers: [...room.line(organizationId, department)].map(({ id, node, joinedAt }) => ({ id, node, joinedAt: new Date(joinedAt) })), maxLength: limits.department }), onDepartment: (tell) => room.onLine(() => tell()) },
      web: { request: (request) => alive(() => web.request(request)), cookies: () => new CookieJar() },
      callbacks: {
        // As the outbox: a second one of the same name is not taken.
        enqueue: (delivery) => alive(() => void (delivery.once !== undefined && told.some(({ once }) => once === delivery.once) ? undefined : told.push(delivery))),
      },
      voice: {
        say: ({ content }) => alive(() => {
          spoken.push(content.map(String).join(""));
          return lab.kind === "real" ? `tone_stream://%(${SPOKEN_MS},0,440)` : `/speech/said-${SPOKEN_MS}ms.wav`;
        }),
        play: (url) => alive(() => {
          const name = /\/([\w-]+\.wav)$/.exec(url)?.[1];
          if (name === undefined) throw Object.assign(new Error("The server answers 404."), { code: 11200 });
          spoken.push(name);
          return lab.kind === "real" ? `tone_stream://%(${/-(\d+)ms/.exec(name)?.[1] ?? "200"},0,620)` : `/speech/${name}`;
        }),
      },
      ears: {
        get recognize() {
          return hearing.recognize;
        },
        detectMachine: earsOf(null, (uuid, signal) => streams.listen(uuid, "said", signal)).detectMachine,
      },
      legBook: { add: (note) => alive(() => void legNotes.push(note)), unmade: (call) => alive(() => void unmade.push(call)) },
      streams,
      recordings: {
        // As the database: what is said of one last counts.
        add: (recording) => alive(() => void recordings.splice(recordings.findIndex(({ sid }) => sid === recording.sid) >>> 0, 1, recording)),
        left: async () => recordings.flatMap((recording) => (recording.ongoing == null ? [] : [{ ...recording, ongoing: recording.ongoing }])),
        claim: async () => true,
        lengthMs: async (path) => (lab.kind === "real" ? lengthMs(path) : null),
        trim: async (path) => (lab.kind === "real" ? trimSilence(path) : 1000),
      },
      directory,
      log,
      logger,
      publicUrl: "https://callplane.example",
      secondMs,
      source: { lineOf: () => undefined, find: (organizationId, name) => (organizationId === 1 ? (programs.get(name) ?? null) : null) },
      accounts: {
        of: async () => {
          if (book.isAway) throw new CallplaneError("DatabaseUnavailable");
          return ACCOUNT;
        },
      },
      owned,
      conferenceBook: {
        // As a database gives it back.
        open: async () => [...conferences.values()].map((text) => JSON.parse(text) as KeptConference),
        put: (conference) => alive(() => void conferences.set(conference.sid, JSON.stringify(conference))),
        remove: (sid) => alive(() => void conferences.delete(sid)),
      },
      watches: {
        open: async () => [...watches.values()],
        put: (watch) => alive(async () => {
          if (book.takesMs > 0) await delay(book.takesMs);
          watches.set(watch.callSid, watch);
        }),
        remove: (callSid) => alive(() => void watches.delete(callSid)),
        claim: async () => true,
      },
    });
    // Who is called then is called on phones that are known.
    const isKnown = (extension: string): boolean => extension === UNREGISTERED || phones.at({ user: extension, domain: lab.domain }).length > 0;
    await eventually("FreeSWITCH to be connected and its phones to be known", () => names.every((name) => nodes.isReady(name)) && lab.extensions.every(isKnown));
    return {
      nodes,
      life,
      calls,
      engine,
      close: async () => {
        await calls.callOff();
        room.close();
        await streams.close();
        owned.close();
        await engine.close();
        await calls.close();
        phones.close();
        await nodes.close();
      },
    };
  };
  let running = await start();
  return {
    lab,
    server,
    told,
    recordings,
    legNotes,
    unmade,
    spoken,
    book,
    log,
    limits,
    get hears() {
      return hearing.recognize;
    },
    set hears(recognize) {
      hearing.recognize = recognize;
    },
    calls: () => running.calls,
    engine: () => running.engine,
    node: (name) => running.nodes.get(name),
    program: (name, given = {}) => {
      programs.set(name, { name, organizationId: 1, document: { url: server.url(`/${name}`), method: "POST" }, fallback: null, department: null, statusCallback: null, direction: "inbound", ...given });
    },
    ended: (id) => ended.has(id),
    callIn: (name, from = `+1212555${String(++callers).padStart(4, "0")}`, at = lab) => at.callIn({ from, to: `program:${name}` }),
    restart: async (between = async () => undefined) => {
      await running.close();
      await between();
      running = await start();
    },
    kill: async (between = async () => undefined) => {
      const killed = running;
      killed.life.isOver = true;
      await killed.nodes.close();
      // Some of it never ends.
      void killed.close().catch(nothing);
      await between();
      running = await start();
    },
    clear: async () => {
      await eventually("every call to have ended", async () => {
        const calls = [...running.calls.legs.all()];
        await Promise.all(calls.flatMap(({ legs }) => legs.map((leg) => running.calls.legs.release(leg))));
        return calls.length === 0 && running.engine.size === 0;
      });
      server.reset();
      programs.clear();
      hearing.recognize = null;
      limits.department = null;
      book.takesMs = 0;
      book.isAway = false;
      for (const list of [told, recordings, legNotes, unmade, spoken]) list.length = 0;
    },
    close: async () => {
      await running.close();
      await web.close();
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const nothing = (): void => undefined;

function directoryOf(lab: Lab): Directory {
  const organization: Organization = { id: 1, name: "lab", domain: domainName(lab.domain, "domain"), dialString: "sofia/gateway/trunk/{number}", callerId: null, allowedPrefixes: ["+1"], supervisionVisible: false };
  const agent = (org: number, id: string): ReturnType<Directory["agent"]> => (org === 1 && /^100[1-5]$/.test(id) ? { agentId: id, organizationId: 1, extension: extension(id, "extension"), name: id, departments: [] } : undefined);
  return {
    organizations: () => [organization],
    organization: (id) => (id === 1 ? organization : undefined),
    organizationByName: (name) => (name === "lab" ? organization : undefined),
    organizationByDomain: (domain) => (domain === lab.domain ? organization : undefined),
    agent,
    agentByExtension: agent,
    agents: () => [],
    hasDepartment: (_org, name) => name === "support",
    departments: () => ["support"],
    servesDepartment: () => true,
    supervises: (_org, agentId) => agentId === "1003",
    onChange: () => () => undefined,
  };
}

function policy(): DialPolicy {
  /** Of a number that this one begins with FreeSWITCH knows no gateway. */
  const NOWHERE = "+1777";
  return {
    endpointFor: (_organization, written) => {
      if (!/^\+1\d{10}$/.test(written)) throw invalid("to", "is no number.");
      const number = phoneNumber(written, "to");
      return { number, endpoint: endpoints.dialString(`sofia/gateway/${number.startsWith(NOWHERE) ? "nowhere" : "trunk"}/{number}`, number), callerId: "+12125550199" };
    },
    isEmergency: () => false,
    read: () => null,
    callbackTo: (_organization, written) => phoneNumber(written, "to"),
  };
}
