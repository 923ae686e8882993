/** The door of the call log room. */
import type { AuditLog } from "../audit/index.js";
import type { Directory } from "../people/index.js";
import type { MessageNews } from "../queues/index.js";
import type { Logger } from "../logger.js";
import type { Metrics } from "../metrics.js";
import type { CallChangeSource, CallTrace } from "../calls/index.js";
import { systemClock, type Clock } from "../clock.js";
import type { Spool } from "../spool.js";
import type { SwitchSink } from "../freeswitch/index.js";
import { Mp3Encoder } from "../speech/index.js";
import { CdrImporter } from "./importer.js";
import { Messages, type MessageService } from "./messages.js";
import type { CallRecordStore, CdrQuarantine, NumberReader, RecordingRules, SwitchLives } from "./ports.js";
import type { RecordingNews } from "./recording.js";
import { RecordingFiles } from "./recording-files.js";
import { RecordingPolicy } from "./recording-policy.js";
import { Recorder } from "./recorder.js";
import { Retention } from "./retention.js";
import { CallLogs } from "./service.js";
import { StaleCalls } from "./stale.js";
import type { CallLogNews, CallLogService, ToldCallLog } from "./types.js";

export { PIECE_MS } from "./figures.js";
export { statusOfLeg } from "./outcome.js";
export { closeOpen, openByNode } from "./unseen-ends.js";
export { Messages, type MessageChange, type MessageFilter, type MessageService } from "./messages.js";
export * from "./ports.js";
export { RecordingFiles } from "./recording-files.js";
export * from "./recording.js";
export { shownRecording } from "./shown-recording.js";
export * from "./timeline.js";
export * from "./types.js";
export { agentsOf } from "./whose.js";

export interface CallLogSettings {
  /** Where FreeSWITCH leaves its call detail records; null: none are read. */
  readonly cdrDir: string | null;
  /** Where FreeSWITCH writes recordings, and where that directory is for Callplane. */
  readonly recordingsDir: string;
  readonly recordingsReadDir: string;
  /** Names of the FreeSWITCH nodes. */
  readonly nodes: readonly string[];
}

export interface CallLogDependencies {
  readonly store: { readonly callRecords: CallRecordStore; readonly cdrQuarantine: CdrQuarantine; readonly switchLives: SwitchLives };
  readonly calls: CallTrace & CallChangeSource;
  readonly directory: Directory;
  readonly rules: RecordingRules;
  readonly numbers: NumberReader;
  readonly audit: AuditLog;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, "incident">;
  readonly settings: CallLogSettings;
  /** Where confirmed rows wait while the database takes no writes. */
  readonly spool: Spool;
  readonly clock?: Clock;
  /** Called once with each call whose record has its end, also where that is found later. */
  readonly completed?: (log: ToldCallLog) => void;
  /** Called with each change of a record that somebody makes. */
  readonly changed?: (news: CallLogNews) => void;
  /** Called with what becomes of recordings, once it is stored. */
  readonly recording?: (news: RecordingNews) => void;
  /** Called with each change of a message. */
  readonly message?: (news: MessageNews) => void;
}

export interface CallLogRoom {
  readonly service: CallLogService;
  readonly messages: MessageService;
  /** Takes the nodes' events and snapshots, after the registry. */
  readonly sink: Omit<SwitchSink, "status">;
  /** Whether the beginning of this recording of the call is not stored yet, and so not told. */
  isStartDue(callId: string, recordingId: string): boolean;
  /** Reads the records that FreeSWITCH has left, and commits everything seen. */
  settled(): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

const CDR_EVERY_MS = 1000;
const CDR_PATIENCE_MS = 30_000;
/** FreeSWITCH writes its record as the channel ends; a record that has not come by then never will. */
const CDR_GRACE_MS = 60_000;

/** Follows the calls from now on. */
export async function openCallLogs({ store, calls, directory, rules, numbers, audit, logger, metrics, settings, spool, clock = systemClock, completed = () => undefined, changed = () => undefined, recording = () => undefined, message = () => undefined }: CallLogDependencies): Promise<CallLogRoom> {
  const mp3 = new Mp3Encoder();
  const files = new RecordingFiles(settings.recordingsDir, settings.recordingsReadDir, mp3);
  const recorder = new Recorder({ store: store.callRecords, quarantine: store.cdrQuarantine, spool, calls, logger, metrics, look: (call, live) => policy.look(call, live) });
  const messages = new Messages({ store: store.callRecords, directory, numbers, files, audit, logger, clock, told: message });
  const policy = new RecordingPolicy({ calls, rules, logger, metrics, startedBy: (callId, id, who) => recorder.startedBy(callId, id, who) });
  // Before the first record that an earlier process has left open is closed.
  const silence = store.callRecords.onFinished(({ id, organizationId }, agents) => {
    completed({ id, organizationId, agents });
    void messages.left(id);
  });
  const silenceRecordings = store.callRecords.onRecording(recording);
  await recorder.recover();
  const flush = (): Promise<void> => recorder.flush();
  const isLive = (callId: string): boolean => recorder.isLive(callId);
  const [onlyNode] = settings.nodes;
  const importer: CdrImporter | null =
    settings.cdrDir === null
      ? null
      : new CdrImporter(
          { directory: settings.cdrDir, everyMs: CDR_EVERY_MS, patienceMs: CDR_PATIENCE_MS },
          {
            store: store.callRecords,
            numbers,
            quarantine: store.cdrQuarantine,
            directory,
            logger,
            metrics,
            flush,
            isLive,
            nodeOf: ({ coreUuid, switchName }) => stale.nodeOf(coreUuid) ?? (settings.nodes.length === 1 && onlyNode !== undefined ? onlyNode : switchName),
          },
        );
  const stale: StaleCalls = await StaleCalls.start({
    store: store.callRecords,
    lives: store.switchLives,
    logger,
    isLive,
    hasLeg: (core, channel) => recorder.hasLeg(core, channel),
    flush,
    scan: importer === null ? null : () => importer.scan(),
    graceMs: CDR_GRACE_MS,
  });
  const retention = new Retention({ store: store.callRecords, files, rules, audit, logger, clock, told: message });
  importer?.start();
  void retention.run();
  return {
    service: new CallLogs({ store: store.callRecords, directory, rules, numbers, files, audit, logger, clock, told: message, changed, flush, settled: () => recorder.settled() }),
    messages,
    sink: {
      ...stale.sink,
      removed: (node) => {
        stale.forget(node);
        recorder.forget(node);
      },
    },
    isStartDue: (callId, recordingId) => recorder.isStartDue(callId, recordingId),
    settled: async () => {
      await importer?.scan();
      await flush();
    },
    close: async () => {
      mp3.close();
      await retention.close();
      await stale.close();
      await importer?.close();
      await recorder.close();
      silence();
      silenceRecordings();
    },
  };
}
