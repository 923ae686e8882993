/** The engine of voice programs, built from the parts that it needs. */
import type { Logger } from "pino";
import type { CallLogService } from "../call-logs/index.js";
import type { CallsRoom } from "../calls/index.js";
import type { DialPolicy } from "../dialling/index.js";
import type { Streams } from "../media/index.js";
import type { DeliveryQueue, OutboundClient } from "../outbound/index.js";
import type { AccountDirectory } from "../people/index.js";
import type { DepartmentDirectory, WaitingRoom } from "../queues/index.js";
import type { LocalSpeech, Recognizer } from "../speech/index.js";
import { OwnedNodes, ProgramEngine, ProgramLog, type ConferenceBook, type LegWatches } from "../twiml/index.js";
import { LinePrograms, type VoiceDirectory } from "../voice-app/index.js";
import { earsOf } from "./ears.js";
import { ProgramWeb } from "./program-web.js";
import type { Signers } from "./signers.js";

export interface VoiceProgramsParts {
  readonly calls: Pick<CallsRoom, "scripts" | "children" | "scriptRooms" | "scriptWaits" | "scriptRecordings">;
  readonly room: Pick<WaitingRoom, "line" | "onLine">;
  readonly directory: AccountDirectory & DepartmentDirectory;
  readonly policy: Pick<DialPolicy, "read">;
  readonly voice: Pick<VoiceDirectory, "config" | "line" | "lineWithNumber">;
  readonly client: Pick<OutboundClient, "request">;
  readonly deliveries: DeliveryQueue;
  readonly speech: Pick<LocalSpeech, "say" | "play">;
  /** Null: programs gather keys alone. */
  readonly recognizer: Recognizer | null;
  readonly streams: Pick<Streams, "connect" | "start" | "stop" | "listen">;
  readonly callLogs: Pick<CallLogService, "nameRecording" | "noteLeg" | "addUnmade" | "trimRecording" | "recordingLengthMs" | "leftRecordings" | "claimRecording">;
  readonly store: { readonly legWatches: LegWatches; readonly programConferences: ConferenceBook };
  readonly signers: Signers;
  /** The FreeSWITCHes of this process, and after how long one that no process has is abandoned. */
  readonly nodes: readonly string[];
  readonly abandonedMs: number;
  /** Where this process answers, and how the outside reaches it, each without a slash at its end. */
  readonly ownUrl: string;
  readonly publicUrl: string | null;
  readonly logger: Logger;
}

export interface VoicePrograms {
  readonly engine: ProgramEngine;
  /** What went wrong in the programs of calls. */
  readonly log: ProgramLog;
  close(): Promise<void>;
}


const SECOND_MS = 1000;

/** Must be open before FreeSWITCH tells its legs. */
export async function openVoicePrograms(parts: VoiceProgramsParts): Promise<VoicePrograms> {
  const { calls, room, directory, policy, voice, client, deliveries, speech, recognizer, streams, callLogs, store, signers, nodes, abandonedMs, ownUrl, publicUrl, logger } = parts;
  const owned = new OwnedNodes({ names: nodes, unclaimedMs: abandonedMs, logger });
  const log = new ProgramLog(logger);
  const web = new ProgramWeb(client, ownUrl);
  const engine = await ProgramEngine.open({
    legs: calls.scripts,
    children: calls.children,
    rooms: calls.scriptRooms,
    waits: calls.scriptWaits,
    talkRecordings: calls.scriptRecordings,
    web,
    callbacks: deliveries,
    voice: speech,
    ears: earsOf(recognizer, (uuid, signal) => streams.listen(uuid, "said", signal)),
    recordings: { add: (recording) => callLogs.nameRecording(recording), trim: (path) => callLogs.trimRecording(path), lengthMs: (path) => callLogs.recordingLengthMs(path), left: () => callLogs.leftRecordings(), claim: (sid, node) => callLogs.claimRecording(sid, node) },
    legBook: { add: (note) => callLogs.noteLeg(note), unmade: (call) => callLogs.addUnmade(call) },
    streams,
    directory,
    organizations: {
      isOwnNumber: (organizationId, number) => directory.ownNumbers(organizationId).includes(policy.read(organizationId, number) ?? number),
      departmentOfWorkflow: (organizationId, workflowSid) => directory.departments(organizationId).find((name) => directory.department(organizationId, name)?.settings.workflowSid === workflowSid) ?? null,
      department: (organizationId, department) => ({
        callers: [...room.line(organizationId, department)].map(({ id, node, joinedAt }) => ({ id, node, joinedAt: new Date(joinedAt) })),
        maxLength: directory.department(organizationId, department)?.settings.maxLength ?? null,
      }),
      onDepartment: (tell) => room.onLine(() => tell()),
    },
    log,
    logger,
    publicUrl: publicUrl ?? ownUrl,
    secondMs: SECOND_MS,
    source: new LinePrograms({ voice, ownUrl: () => ownUrl }),
    accounts: signers,
    owned,
    watches: store.legWatches,
    conferenceBook: store.programConferences,
  });
  return {
    engine,
    log,
    close: async () => {
      owned.close();
      await engine.close();
      await web.close();
    },
  };
}
