/** The event socket's own commands: subscription, `api`, `bgapi`, `sendmsg`, `sendevent` and what else a listener takes. */
import { randomUUID } from "node:crypto";
import { queuePrivateEvent } from "../apps/private-events.js";
import { runApi } from "../commands/index.js";
import { hangupCauseOr } from "../core/causes.js";
import type { SwitchCore } from "../core/switch-core.js";
import type { ClientCommand } from "./command-parser.js";
import type { Connection } from "./connection.js";

export interface Reply {
  /** Reply-Text of a `command/reply`. */
  readonly text: string;
  readonly headers?: readonly (readonly [string, string])[];
  /** Set for an `api/response`. */
  readonly body?: string;
  /** The listener leaves after it. */
  readonly end?: boolean;
}

const reply = (text: string): Reply => ({ text });

export async function runCommand(connection: Connection, command: ClientCommand): Promise<Reply> {
  const { line } = command;
  const space = line.indexOf(" ");
  const word = (space === -1 ? line : line.slice(0, space)).toLowerCase();
  const rest = space === -1 ? "" : line.slice(space + 1).trim();
  const { core } = connection.context;
  switch (word) {
    case "exit":
      return { text: "+OK bye", end: true };
    case "auth":
      return reply("-ERR command not found");
    case "api":
      return { text: "", body: await answerApi(connection, rest) };
    case "bgapi":
      return startJob(connection, command, rest);
    case "event":
    case "events":
      return subscribe(connection, rest);
    case "nixevent":
      return connection.subscription.remove(splitWords(rest)) ? reply("+OK events nixed") : reply("-ERR no keywords supplied");
    case "noevents": {
      const was = connection.subscription.active;
      connection.subscription.clear();
      return reply(was ? "+OK no longer listening for events" : "-ERR not listening for events");
    }
    case "filter":
      return filter(connection, rest);
    case "sendmsg":
      return sendMessage(core, rest, command);
    case "sendevent":
      return sendEvent(core, rest, command);
    case "linger":
    case "nolinger":
      return reply("-ERR not controlling a session");
    case "log":
      return reply(`+OK log level ${rest === "" ? "DEBUG" : rest} [7]`);
    case "nolog":
      return reply("+OK no longer logging");
    case "divert_events":
      return reply("-ERR not controlling a session");
    default:
      return reply("-ERR command not found");
  }
}

const splitWords = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");

async function answerApi(connection: Connection, line: string): Promise<string> {
  const { core, faults } = connection.context;
  const [name = ""] = line.split(" ");
  const bytes = faults.hugeReplyBytes(name);
  if (bytes !== undefined) return "x".repeat(bytes);
  return name === "show" ? faults.rows(line, () => runApi(core, line)) : runApi(core, line);
}

function startJob(connection: Connection, command: ClientCommand, line: string): Reply {
  const { core, faults } = connection.context;
  const jobUuid = command.headers.get("job-uuid") ?? randomUUID();
  const name = line.split(" ")[0] ?? "";
  if (!faults.swallows(name) || name !== "originate") void runJob(core, jobUuid, name, line);
  return { text: `+OK Job-UUID: ${jobUuid}`, headers: [["Job-UUID", jobUuid]] };
}

async function runJob(core: SwitchCore, jobUuid: string, name: string, line: string): Promise<void> {
  // The job has a thread of its own: it begins after the reply was written.
  const { coreUuid } = core.bus;
  await new Promise((resolve) => setImmediate(resolve));
  if (core.bus.coreUuid !== coreUuid) return;
  const body = await runApi(core, line);
  if (core.bus.coreUuid !== coreUuid) return;
  const args = line.slice(name.length).trim();
  core.bus.fire("BACKGROUND_JOB", {
    body,
    headers: () => [["Job-UUID", jobUuid], ["Job-Command", name], ...(args === "" ? [] : ([["Job-Command-Arg", args]] satisfies [string, string][]))],
  });
}

function subscribe(connection: Connection, rest: string): Reply {
  const words = splitWords(rest);
  const format = words[0]?.toLowerCase();
  const names = format === "json" || format === "plain" || format === "xml" ? words.slice(1) : words;
  if (!connection.subscription.add(names)) return reply("-ERR no keywords supplied");
  connection.subscription.format = format === "json" ? "json" : "plain";
  return reply(`+OK event listener enabled ${connection.subscription.format}`);
}

function filter(connection: Connection, rest: string): Reply {
  if (rest === "") return reply("-ERR invalid syntax");
  const remove = rest.startsWith("delete ");
  const text = remove ? rest.slice("delete ".length).trim() : rest;
  const space = text.indexOf(" ");
  const header = space === -1 ? text : text.slice(0, space);
  const value = space === -1 ? "" : text.slice(space + 1).trim();
  if (remove) {
    connection.subscription.removeFilter(header, value);
    return reply(`+OK filter deleted. [${header}][${value}]`);
  }
  connection.subscription.addFilter(header, value);
  return reply(`+OK filter added. [${header}]=[${value}]`);
}

function sendMessage(core: SwitchCore, uuid: string, command: ClientCommand): Reply {
  const channel = core.channel(uuid);
  if (channel === undefined) return reply(`-ERR invalid session id [${uuid}]`);
  const verb = command.headers.get("call-command")?.toLowerCase();
  if (verb === undefined) return reply("-ERR invalid command");
  if (core.isSwallowed("sendmsg")) return reply("+OK");
  if (verb === "unicast") {
    const header = (name: string, value: string): string => command.headers.get(name) ?? value;
    const headers: [string, string][] = [["Command", `sendmsg ${uuid}`], ...command.headers];
    const addresses = { localIp: header("local-ip", "127.0.0.1"), localPort: Number(header("local-port", "8025")), remoteIp: header("remote-ip", "127.0.0.1"), remotePort: Number(header("remote-port", "8026")) };
    queuePrivateEvent(channel, { command: "unicast", app: "", data: "", eventUuid: undefined, eventLock: false, leadFrames: 0, loops: 1, addresses, headers });
  } else if (verb === "hangup") {
    channel.hangup(hangupCauseOr(command.headers.get("hangup-cause") ?? "", "NORMAL_CLEARING"));
  } else if (verb === "execute") {
    const app = command.headers.get("execute-app-name") ?? "";
    const data = command.headers.get("execute-app-arg") ?? (command.headers.get("content-type") === "text/plain" ? command.body : "");
    const loops = Number.parseInt(command.headers.get("loops") ?? "1", 10);
    queuePrivateEvent(channel, {
      command: "execute",
      app,
      data,
      eventUuid: command.headers.get("event-uuid"),
      eventLock: command.headers.get("event-lock") === "true",
      leadFrames: Number.parseInt(command.headers.get("lead-frames") ?? "0", 10) || 0,
      loops: Number.isNaN(loops) ? 1 : loops,
      headers: [["Command", `sendmsg ${uuid}`], ...[...command.headers].map(([name, value]): [string, string] => [name, value])],
    });
  }
  return reply("+OK");
}

/** Fires an event of the client's; COMMAND with a `unique-id` goes to that session instead. */
function sendEvent(core: SwitchCore, name: string, command: ClientCommand): Reply {
  const eventUuid = randomUUID();
  const upper = name.toUpperCase();
  if (core.isSwallowed("sendevent")) return reply(`+OK ${eventUuid}`);
  const uuid = command.headers.get("unique-id");
  const digits = command.headers.get("eavesdrop-command");
  const task = command.headers.get("task-id");
  if (upper === "ADD_SCHEDULE" && task !== undefined) core.taskRows.set(task, command.headers.get("task-group") ?? "");
  if (upper === "DEL_SCHEDULE" && task !== undefined) core.taskRows.delete(task);
  const channel = upper === "COMMAND" && uuid !== undefined ? core.channel(uuid) : undefined;
  if (channel !== undefined) {
    if (digits !== undefined) {
      channel.eavesdropCommands.push(digits);
      channel.changed();
    }
  } else {
    core.bus.fire(upper, { headers: () => [["Event-UUID", eventUuid], ...[...command.headers].filter(([header]) => header !== "content-length")], ...(command.body === "" ? {} : { body: command.body }) });
  }
  return reply(`+OK ${eventUuid}`);
}
