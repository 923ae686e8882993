import { randomUUID } from "node:crypto";
import { channelUuid, mediaSource, type ChannelUuid, type MediaSource, type SwitchCommand, type SwitchNode, type SwitchNodes } from "../../freeswitch/index.js";
import { conflict, switchUnavailable } from "../../errors.js";
import type { Activities } from "../activities.js";
import type { Call } from "../call.js";
import type { Channel } from "../channel.js";
import type { Logger } from "../../logger.js";
import type { AuditLog } from "../../audit/index.js";
import type { DialPolicy } from "../../dialling/index.js";
import type { Directory, Organization } from "../../people/index.js";
import type { Phones } from "../../phones/index.js";
import type { Registry } from "../registry.js";
import type { StateWriter } from "../state-writer.js";
import type { CallAct } from "../trace.js";
import type { CallChange } from "../types.js";

export interface ControlSettings {
  /** Milliseconds that FreeSWITCH may take to confirm anything but a ringing phone. */
  readonly confirmMs: number;
  /** Seconds that a phone rings. */
  readonly ringS: number;
  /** Seconds after which a parked call rings its parker; null: never. */
  readonly parkReturnS: number | null;
  /** Seconds that the phone of a call may be without registration. */
  readonly lostPhoneS: number;
  /** Seconds after which the caller of a lost phone returns to the department. */
  readonly lostPhoneReturnS: number;
  /** Milliseconds until what failed, or was not answered, is tried again by itself. */
  readonly againMs: number;
  /** Where FreeSWITCH writes recordings, an absolute path on its own disk. */
  readonly recordingsDir: string;
}

/** Which node reaches whose phone. */
export type Placement = Pick<Phones, "at" | "nodeFor" | "elsewhere" | "deny" | "nodesOf" | "onChange">;

/** What every operation works with. */
export interface ControlContext {
  readonly registry: Registry;
  readonly nodes: Pick<SwitchNodes, "get" | "all">;
  readonly phones: Placement;
  readonly directory: Directory;
  readonly policy: DialPolicy;
  readonly audit: AuditLog;
  readonly logger: Logger;
  readonly activities: Activities;
  readonly settings: ControlSettings;
  /** Tells what no event of FreeSWITCH shows (a failed transfer, a supervision). */
  readonly announce: (change: CallChange) => void;
  /** Tells what somebody did to a call, or tried to. Resolves when the listeners are done; never rejects. */
  readonly acted: (act: CallAct) => Promise<void>;
  /** Writes our state of a leg ahead of the next command. */
  readonly states: Pick<StateWriter, "writeNow" | "whileParking" | "write">;
}

/** Needs no sound package. */
const DEFAULT_MUSIC = mediaSource("tone_stream://%(700,300,392,523);%(700,300,440,587);%(700,1300,349,523);loops=-1");

export const newUuid = (): ChannelUuid => channelUuid(randomUUID());

/** No request waits for what a program does, and a FreeSWITCH that keeps silent is noticed by its heartbeat before (15 s). A busy machine costs no caller the program. */
const PROGRAM_CONFIRM_MS = 20_000;

/** For what programs do with legs: FreeSWITCH has longer to confirm it. */
export const unhurried = (context: ControlContext): ControlContext => ({ ...context, settings: { ...context.settings, confirmMs: PROGRAM_CONFIRM_MS } });

/** FreeSWITCH closes the file of a leg that has hung up a moment later; when it does not say so, the recording is what there is. */
export const FILE_COMPLETE_MS = 3000;

/** Throws SwitchUnavailable, except during a reconcile: then the node queues the commands. */
export function nodeOf(context: ControlContext, where: Call | Channel): SwitchNode {
  const node = context.nodes.get(where.node);
  const { state } = node.status();
  if (state !== "ready" && state !== "reconciling") throw switchUnavailable(node.name);
  return node;
}

/** Throws Conflict for a call without an organization, which only root sees: whom to ring and what may be dialled is unknown. */
export function organizationOf(context: ControlContext, call: Call): Organization {
  const organization = call.organizationId === null ? undefined : context.directory.organization(call.organizationId);
  if (organization === undefined) throw conflict(`The call ${call.id} belongs to no organization.`);
  return organization;
}

/** FreeSWITCH's hold music, or ours when it has none. */
export function musicOf(node: SwitchNode): MediaSource {
  const { holdMusic } = node.status();
  try {
    return holdMusic === "" || holdMusic === "silence" ? DEFAULT_MUSIC : mediaSource(holdMusic, "hold_music");
  } catch {
    return DEFAULT_MUSIC;
  }
}

/** Sends a command whose failure does no harm (the leg may just have ended), and only logs the failure; returns whether FreeSWITCH has taken it. */
export async function attempt(context: Pick<ControlContext, "logger">, node: SwitchNode, command: SwitchCommand): Promise<boolean> {
  try {
    await node.api(command);
    return true;
  } catch (error) {
    context.logger.debug({ err: error, command: command.kind }, "a command failed, without harm");
    return false;
  }
}
