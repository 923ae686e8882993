/** Plays a recording's commands and people against the simulated switch, and gives both sides' events in a comparable form. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { createSimulator, type Dialplan, type Simulator } from "../../src/simulator/index.js";
import { EslClient, type SwitchEvent } from "./esl-client.js";
import { recording, type RecordingEntry } from "../support/recordings.js";

const PASSWORD = "ClueCon";
const PHONES = ["1001", "1002", "1003", "1004", "1005", "1006", "1007", "1008", "1009", "1010"];

/** The dialplan that the recorded switch had. */
const recordedDialplan: Dialplan = (destination, channel) => {
  if (channel.profile.context === "public" && destination === "park") return [{ app: "answer", data: "" }, { app: "park", data: "" }];
  if (destination === "6000" || destination === "5900") return [{ app: "answer", data: "" }, { app: "park", data: "" }];
  if (/^10\d\d$/.test(destination)) {
    const second = channel.profile.context === "public" ? "domain_name=127.0.0.1" : "call_timeout=20";
    return [{ app: "set", data: "hangup_after_bridge=true" }, { app: "set", data: second }, { app: "bridge", data: `user/${destination}@127.0.0.1` }];
  }
  if (/^1555\d+$/.test(destination)) return [{ app: "bridge", data: `sofia/external/${destination}@127.0.0.1:5090` }];
  return undefined;
};

export async function startRecordedSwitch(): Promise<Simulator> {
  const simulator = await createSimulator({
    password: PASSWORD,
    domain: "127.0.0.1",
    phones: [...PHONES, { extension: "1019", registered: false }],
    // As the recorded switch: what follows a command within 20 ms finds the sessions as they were.
    frameMs: 20,
    globals: { hold_music: "tone_stream://%(1000,4000,440)" },
    dialplan: recordedDialplan,
    defaultBehaviour: { kind: "answer", afterMs: 20 },
  });
  simulator.setTrunk("15550486", { kind: "busy" });
  simulator.setTrunk("15550408", { kind: "no-answer" });
  simulator.setTrunk("15550603", { kind: "reject" });
  return simulator;
}

export interface Replay {
  /** `<leg> <event> <what is told>` in order of arrival. */
  readonly recorded: readonly string[];
  readonly simulated: readonly string[];
  /** Command, reply as recorded, reply as simulated; uuids by their leg's letter. */
  readonly replies: readonly ReplyPair[];
  /** What `show channels as json` gave, by leg. */
  readonly rows: readonly { readonly recorded: unknown; readonly simulated: unknown }[];
}

interface ReplyPair {
  command: string;
  recorded: string;
  simulated: string;
}

export interface Act {
  readonly before: RegExp | "end";
  readonly until?: (lines: readonly string[]) => boolean;
  readonly act: (simulator: Simulator) => void;
}

export interface Script {
  /** Whom a customer calls first; nobody calls unless given. */
  readonly to?: string;
  /** Her number; default 15551230001. */
  readonly from?: string;
  /** What people do before a command of the recording, or before its end: as soon as the simulated events so far satisfy `until`. */
  readonly acts?: readonly Act[];
  /** Lines that a race decides, on either side. */
  readonly racy?: RegExp;
  /** Events whose place among those of other legs a race decides. */
  readonly unordered?: RegExp;
  /** Text replaced in commands and recorded applications, to have shorter waits. */
  /** Columns of rows in which these recordings differ from the others. */
  readonly uncompared?: readonly string[];
  readonly shorten?: readonly (readonly [RegExp, string])[];
}

const IGNORED = new Set(["CODEC", "HEARTBEAT", "RE_SCHEDULE", "MESSAGE_QUERY"]);
const CUSTOMER = "15551230001";

/** Names legs A, B, … in the order in which they appear. */
class Legs {
  readonly #letters = new Map<string, string>();
  name(uuid: string): string {
    const known = this.#letters.get(uuid);
    if (known !== undefined) return known;
    const letter = String.fromCharCode(65 + this.#letters.size);
    this.#letters.set(uuid, letter);
    return letter;
  }
  uuid(letter: string): string | undefined {
    return [...this.#letters].find(([, known]) => known === letter)?.[0];
  }
  /** Uuids of known legs become their letters; others `?`. */
  rewrite(text: string): string {
    return text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (uuid) => this.#letters.get(uuid) ?? "?");
  }
}

const asStrings = (event: Readonly<Record<string, string | string[]>>): SwitchEvent => Object.fromEntries(Object.entries(event).map(([name, value]) => [name, String(value)]));

function line(event: SwitchEvent, legs: Legs): string | undefined {
  const name = event["Event-Name"] ?? "";
  if (IGNORED.has(name) || (event["Event-Subclass"] ?? "").startsWith("sofia::")) return undefined;
  if (["floor-change", "start-talking", "stop-talking"].includes(event["Action"] ?? "")) return undefined;
  const uuid = event["Unique-ID"];
  const told = ["Channel-State", "Channel-Call-State", "Answer-State", "Hangup-Cause", "Application", "Application-Data", "Application-Response", "Media-Bug-Function", "Playback-Status", "Action", "Conference-Name", "DTMF-Digit", "Record-File-Path", "Channel-Presence-ID", "Channel-Presence-Data", "Other-Type", "Direction", "Sent-Callee-ID-Number", "Job-Command", "_body"]
    .map((header) => event[header])
    .filter((value) => value !== undefined);
  // A leg's call uuid is given back by the other leg's thread while this one is routed anew or winds down: either may be first.
  const settled = event["Answer-State"] !== "hangup" && event["Channel-State"] !== "CS_ROUTING" && event["Channel-State"] !== "CS_PARK";
  for (const header of ["Other-Leg-Unique-ID", "Bridge-A-Unique-ID", "Bridge-B-Unique-ID", "Channel-Call-UUID"]) {
    const other = event[header];
    if (other !== undefined && (settled || header !== "Channel-Call-UUID")) told.push(`${header.replace("-Unique-ID", "")}=${legs.name(other)}`);
  }
  const text = `${uuid === undefined ? "-" : legs.name(uuid)} ${name} ${told.join(" ")}`.replaceAll("\n", " ");
  return legs.rewrite(text);
}

export async function replay(name: string, script: Script): Promise<Replay> {
  const shorten = (text: string): string => (script.shorten ?? []).reduce((result, [from, to]) => result.replace(from, to), text);
  const simulator = await startRecordedSwitch();
  const client = await EslClient.authenticated(simulator.port, PASSWORD);
  const recordedLegs = new Legs();
  const recordedLines: string[] = [];
  const replies: ReplyPair[] = [];
  const simulatedLines = (): string[] => {
    const legs = new Legs();
    return client.events.flatMap((event) => line(event, legs) ?? []).filter((text) => script.racy?.test(text) !== true);
  };
  const simulatedLegs = (): Legs => {
    const legs = new Legs();
    for (const event of client.events) line(event, legs);
    return legs;
  };
  /** Replies by the entry of their command. */
  const answered = new Map<number, string>();
  const caughtUp = (): boolean => simulatedLines().length >= recordedLines.length;
  try {
    await client.send("event json ALL");
    if (script.to !== undefined) simulator.callIn({ from: script.from ?? CUSTOMER, to: script.to });
    const entries = recording(name);
    const authenticated = entries.findIndex((entry) => entry.dir === "send" && entry.command.startsWith("event json"));
    const act = async (isDue: (before: RegExp | "end") => boolean): Promise<void> => {
      for (const { before, until, act: perform } of script.acts ?? []) {
        if (!isDue(before)) continue;
        await client.until(() => until?.(simulatedLines()) ?? true, "moment to act");
        perform(simulator);
      }
    };
    for (const [index, entry] of entries.entries()) {
      if (index < authenticated + 2) continue;
      if (entry.dir === "event") {
        const text = line(asStrings(entry.event), recordedLegs);
        if (text !== undefined && script.racy?.test(text) !== true) recordedLines.push(shorten(text));
      } else if (entry.dir === "send") {
        await act((before) => before !== "end" && before.test(entry.command));
        await client.until(caughtUp, () => `events of ${name} before ${entry.command}: ${JSON.stringify(difference(recordedLines, simulatedLines()))}`);
        if (!answered.has(index)) {
          const group = sameFrame(entries, index);
          const texts = await client.sendAll(group.map(({ command }) => shorten(recordedLegsToSimulated(command, recordedLegs, simulatedLegs()))));
          for (const [at, text] of texts.entries()) answered.set(group[at]?.index ?? index, text);
        }
        let simulated = answered.get(index) ?? "";
        // Rows follow the events; the recorded switch was left in peace before it was asked.
        if (entry.command === SHOW_CHANNELS) simulated = await settledRows(client, simulated, (text) => isDeepStrictEqual(rowsOf(simulatedLegs().rewrite(text), script.uncompared), rowsOf(recordedLegs.rewrite(nextReply(entries, index)), script.uncompared)));
        replies.push({ command: shorten(recordedLegs.rewrite(entry.command)), recorded: "", simulated: simulatedLegs().rewrite(simulated) });
      } else if (entry.dir === "frame") fillReply(replies, entry, recordedLegs);
    }
    await act((before) => before === "end");
    await client.until(caughtUp, () => `the last events of ${name}: ${JSON.stringify(difference(recordedLines, simulatedLines()))}`);
    const compared = (reply: string): unknown => rowsOf(reply, script.uncompared);
    const shown = replies.filter(({ command }) => command === SHOW_CHANNELS);
    return {
      recorded: recordedLines,
      simulated: simulatedLines(),
      replies: replies.filter(({ command }) => !UNCOMPARABLE.test(command)).map((pair) => ({ command: pair.command, recorded: normal(shorten(pair.recorded)), simulated: normal(pair.simulated) })),
      rows: shown.map((pair) => ({ recorded: compared(pair.recorded), simulated: compared(pair.simulated) })),
    };
  } finally {
    client.close();
    await simulator.close();
  }
}

/** FreeSWITCH's frame: what comes within one finds a session in the same place. */
const FRAME_MS = 20;

/** The command and those that were recorded right behind it, before a session could do anything: they are sent on together here too, however slow the machine is. */
function sameFrame(entries: readonly RecordingEntry[], first: number): { readonly index: number; readonly command: string }[] {
  const group: { readonly index: number; readonly command: string }[] = [];
  for (let index = first; index < entries.length; index++) {
    const entry = entries[index];
    const began = entries[first];
    if (entry === undefined || began === undefined || entry.dir === "event" || entry.t - began.t >= FRAME_MS) break;
    if (entry.dir !== "send") continue;
    group.push({ index, command: entry.command });
    if (entry.command === SHOW_CHANNELS) break;
  }
  return group;
}

const SHOW_CHANNELS = "api show channels as json";
const SETTLE_MS = 1000;

/** Asks again while the rows are not as wanted, for a while. */
async function settledRows(client: EslClient, first: string, isWanted: (rows: string) => boolean): Promise<string> {
  const end = Date.now() + SETTLE_MS;
  let rows = first;
  while (!isWanted(rows) && Date.now() < end) rows = await client.send(SHOW_CHANNELS);
  return rows;
}

function nextReply(entries: readonly RecordingEntry[], index: number): string {
  const frame = entries.slice(index).find((entry) => entry.dir === "frame");
  return frame?.dir === "frame" ? (frame.body ?? "") : "";
}

const recordedLegsToSimulated = (command: string, recorded: Legs, simulated: Legs): string =>
  command.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (uuid) => {
    const letter = recorded.rewrite(uuid);
    return letter === "?" ? uuid : (simulated.uuid(letter) ?? uuid);
  });

function fillReply(replies: ReplyPair[], frame: Extract<RecordingEntry, { dir: "frame" }>, legs: Legs): void {
  const open = replies.find((reply) => reply.recorded === "");
  if (open !== undefined && frame.headers["Content-Type"] !== "text/disconnect-notice") open.recorded = legs.rewrite(String(frame.headers["Reply-Text"] ?? frame.body ?? ""));
}

/** Replies with what differs between any two switches. */
const UNCOMPARABLE = /^api (?:show|uuid_dump|status|version|conference \S+ json_list)/;

/** Without the names of jobs and events, and of conference members' numbers and voices: who joins first is a race. */
function normal(reply: string): string {
  const text = reply.replace(/(Job-UUID: ).*/, "$1?").replace(/\|talking|\|floor/g, "").replace(/^\+OK mute \d+/, "+OK mute ?");
  if (!/^\d+;sofia/.test(text)) return text;
  return text.trim().split("\n").map((member) => member.replace(/^\d+;/, "")).sort().join("\n");
}

/** Columns that tell when, where and under which name; and what CALL_UPDATE brings, which comes when a phone has taken a re-INVITE. */
const UNCOMPARED_COLUMNS = new Set(["created", "created_epoch", "hostname", "cid_name", "callee_name", "sent_callee_name", "sent_callee_num", "initial_cid_name", "callee_direction", "ip_addr", "initial_ip_addr"]);

const shownRows = z.object({ rows: z.array(z.record(z.string(), z.string())).default([]) });

function rowsOf(reply: string, besides: readonly string[] = []): unknown {
  const { rows } = shownRows.parse(JSON.parse(reply));
  return Object.fromEntries(rows.map((row) => [row["uuid"] ?? "", Object.fromEntries(Object.entries(row).filter(([column]) => !UNCOMPARED_COLUMNS.has(column) && !besides.includes(column)))]));
}

/** Events whose order across legs must hold too. */
const LANDMARKS = /^. (?:CHANNEL_(?:CREATE|ANSWER|BRIDGE|UNBRIDGE|HOLD|UNHOLD|HANGUP)|MEDIA_BUG_START|MEDIA_BUG_STOP|RECORD_START|RECORD_STOP|BACKGROUND_JOB)\b/;

export const landmarks = (lines: readonly string[], script: Script): string[] =>
  lines.flatMap((text) => LANDMARKS.exec(text)?.[0] ?? []).filter((text) => script.unordered?.test(text) !== true);

/** Lines of one side that the other has not, leg by leg. */
export function difference(recorded: readonly string[], simulated: readonly string[]): { readonly missing: string[]; readonly surplus: string[] } {
  const left = [...simulated];
  const missing = recorded.filter((text) => {
    const index = left.indexOf(text);
    if (index === -1) return true;
    left.splice(index, 1);
    return false;
  });
  return { missing, surplus: left };
}

/** What each leg went through, in order; its CALL_UPDATEs apart, since they come when its phone has taken a re-INVITE. */
export function byLeg(lines: readonly string[]): Record<string, string[]> {
  const legs: Record<string, string[]> = {};
  for (const text of lines) (legs[text.slice(0, text[2] === "C" && text.startsWith("CALL_UPDATE", 2) ? "A CALL_UPDATE".length : 1)] ??= []).push(text);
  return legs;
}
