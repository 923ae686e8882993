/** Twilio's own client, unchanged, over the app with records in a database. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type twilio from "twilio";
import { RecordingFiles } from "../../../src/call-logs/recording-files.js";
import { CallLogs } from "../../../src/call-logs/service.js";
import type { CallLegRecord, CallRecord } from "../../../src/call-logs/index.js";
import { conflict, notFound } from "../../../src/errors.js";
import type { LiveConference, LiveConferences, LiveParticipant, LiveProgramCall, LiveQueues, NewProgramCall, ProgramCalls } from "../../../src/http/twilio-rest/index.js";
import { ProgramLog, queueSid, type LegRecording, type ShownQueue } from "../../../src/twiml/index.js";
import { Mp3Encoder, type Mp3Program } from "../../../src/speech/index.js";
import { callSid, recordingSid } from "../../../src/sids.js";
import { openDirectory, openStore, type Store } from "../../../src/store/index.js";
import { MemoryVoiceDirectory, VoiceConfiguration } from "../../../src/voice-app/index.js";
import type { VoiceAccount } from "../../../src/people/index.js";
import { silentLogger } from "../../store/support.js";
import { ManualClock } from "../../support/manual-clock.js";
import { twilioClient } from "../../support/twilio-client.js";
import { temporaryDirectory } from "../../support/temporary.js";
import { DEFAULT_DEPARTMENT_SETTINGS } from "../../../src/queues/index.js";
import { fakeStaff } from "../fake-staff.js";
import { createWorld, directory, ORG, OTHER_ORG, type World } from "../fakes.js";

export const AT = new Date("2026-11-20T10:00:00Z");
export const later = (seconds: number): Date => new Date(AT.getTime() + seconds * 1000);

/** A uuid that ends with the number. */
export const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
export const sid = (n: number): string => callSid(uuid(n));

export const STREAM_SID = `MZ${"5".repeat(32)}`;

export interface TwilioWorld {
  readonly notes: ProgramLog;
  readonly world: World;
  readonly store: Store;
  readonly account: VoiceAccount;
  readonly other: VoiceAccount;
  readonly url: string;
  readonly created: NewProgramCall[];
  /** What else the programs were asked. */
  readonly asked: (readonly unknown[])[];
  /** A live call leaves the programs while its records are read the next time, where it is not yet. */
  leavesMeanwhile(callSid: string): void;
  /** The next act on a program fails with it. */
  failWith(error: Error): void;
  client(account?: Pick<VoiceAccount, "sid" | "authToken">): ReturnType<typeof twilio>;
  save(record: Partial<CallRecord> & { readonly id: string }, legs: readonly (Partial<CallLegRecord> & { readonly channelUuid: string })[]): Promise<void>;
  /** A recording that has ended, with a file; its id. */
  record(id: string, callId: string, content: string | Buffer): Promise<void>;
  close(): Promise<void>;
}

/** What makes MP3 here: it gives back what it is given. */
const ENCODERS: readonly Mp3Program[] = [{ look: ["true"], isGood: () => true, argv: () => ["cat"] }];

/** `encoders`: programs that make MP3. */
export async function twilioWorld(encoders = ENCODERS): Promise<TwilioWorld> {
  const folder = temporaryDirectory();
  const recordings = join(folder.path, "recordings");
  mkdirSync(recordings);
  const store = await openStore(":memory:");
  for (const { name, domain } of directory.organizations()) await store.organizations.create({ name, domain });
  const [account, other] = [await store.voiceAccounts.create(ORG), await store.voiceAccounts.create(OTHER_ORG)];
  let known = [account, other];
  const created: NewProgramCall[] = [];
  const asked: (readonly unknown[])[] = [];
  const live = new Map<string, LiveProgramCall & { readonly organizationId: number }>();
  let failure: Error | null = null;
  const act = async (...what: readonly unknown[]): Promise<void> => {
    asked.push(what);
    const error = failure;
    failure = null;
    if (error !== null) throw error;
  };
  let recorded: { readonly callSid: string; readonly sid: string; status: "in-progress" | "paused" } | null = null;
  const recording: LegRecording = {
    sid: recordingSid(`${uuid(1)}-1`),
    status: "in-progress",
    form: () => [],
    async pause(how) {
      await act("recording.pause", how);
      if (recorded !== null) recorded.status = "paused";
    },
    async resume() {
      await act("recording.resume");
      if (recorded !== null) recorded.status = "in-progress";
    },
    async stop() {
      await act("recording.stop");
      recorded = null;
    },
  };
  let streamed: string | null = null;
  const programs: ProgramCalls = {
    async create(call) {
      await act("create");
      created.push(call);
      const made = { callSid: sid(9000 + created.length), from: call.from, to: call.to, status: "queued", createdAt: AT } as const;
      live.set(made.callSid, { ...made, organizationId: call.organizationId });
      return made;
    },
    find: (organizationId, id) => {
      const found = live.get(id);
      return found?.organizationId === organizationId ? found : null;
    },
    replace: (organizationId, id, source) => act("replace", organizationId, id, source),
    end: (organizationId, id, how) => act("end", organizationId, id, how),
    async record(organizationId, id, wish) {
      await act("record", organizationId, id, wish);
      recorded = { callSid: id, sid: recordingSid(`${uuid(1)}-1`), status: "in-progress" };
      return recording;
    },
    async startStream(organizationId, id, wish) {
      await act("stream.start", organizationId, id, wish);
      streamed = wish.name;
      return STREAM_SID;
    },
    async stopStream(organizationId, id, nameOrSid) {
      await act("stream.stop", organizationId, id, nameOrSid);
      if (![STREAM_SID, streamed].includes(nameOrSid)) throw notFound(nameOrSid);
      return { sid: STREAM_SID, name: streamed };
    },
    recordingOf: (organizationId, id) => (organizationId === ORG && recorded?.callSid === id ? { ...recording, sid: recorded.sid, status: recorded.status } : null),
  };
  const participants = new Map<string, LiveParticipant>(["a", "b"].map((label, index) => [label, { callSid: callSid(uuid(700 + index)), label, muted: false, held: false, coached: null, startConferenceOnEnter: true, endConferenceOnExit: false, joinedAt: AT, isInRoom: true }]));
  const past: LiveConference = { sid: `CF${"d".repeat(32)}`, name: "meeting", status: "completed", createdAt: new Date("2026-11-18T09:00:00Z"), ended: { reason: "last-participant-left", at: new Date("2026-11-18T10:00:00Z"), callSid: sid(11) }, participants: [] };
  let ended: LiveConference["ended"] = null;
  const meeting = (): LiveConference => ({ sid: `CF${"c".repeat(32)}`, name: "meeting", status: ended === null ? "in-progress" : "completed", createdAt: AT, ended, participants: [...participants.values()] });
  const participant = (who: string): LiveParticipant => {
    const found = [...participants.values()].find(({ callSid: of, label }) => of === who || label === who);
    if (found === undefined) throw notFound("The participant");
    return found;
  };
  const conferences: LiveConferences = {
    list: (organizationId) => (organizationId === ORG ? [past, meeting()] : []),
    find: (organizationId, which) => (organizationId !== ORG ? undefined : which === past.sid ? past : [meeting().sid, meeting().name].includes(which) ? meeting() : undefined),
    async end(organizationId, which) {
      await act("conference.end", organizationId, which);
      ended = { reason: "conference-ended-via-api", at: later(60), callSid: null };
    },
    announce: (organizationId, which, at, method) => act("conference.announce", organizationId, which, at, method),
    async change(_organizationId, _which, who, change) {
      const before = participant(who);
      await act("participant.change", change);
      const { muted = before.muted, held = before.held, coached = before.coached, endConferenceOnExit = before.endConferenceOnExit } = change;
      participants.set(before.label ?? "", { ...before, muted, held, coached, endConferenceOnExit });
    },
    async remove(_organizationId, _which, who) {
      participants.delete(participant(who).label ?? "");
    },
  };
  const queues = new Map<string, ShownQueue>([["own", { sid: queueSid(ORG, "own"), name: "own", maxSize: 100, averageWaitS: 2.4, createdAt: AT, members: [{ callSid: sid(800), joinedAt: AT }, { callSid: sid(801), joinedAt: later(5) }] }]]);
  const queueOf = (organizationId: number, of: string): ShownQueue => {
    const found = [...queues.values()].find((each) => organizationId === ORG && each.sid === of);
    if (found === undefined) throw notFound("The queue");
    return found;
  };
  const named: LiveQueues = {
    list: (organizationId) => (organizationId === ORG ? [...queues.values()] : []),
    resize(organizationId, of, maxSize) {
      const changed = { ...queueOf(organizationId, of), maxSize };
      queues.set(changed.name, changed);
      return changed;
    },
    remove(organizationId, of) {
      const { name, members } = queueOf(organizationId, of);
      if (members.length > 0) throw conflict("Somebody waits in the queue.");
      queues.delete(name);
    },
  };
  const mp3 = new Mp3Encoder({ candidates: encoders });
  const logger = silentLogger();
  const notes = new ProgramLog(logger);
  const callLogs = new CallLogs({
    store: store.callRecords,
    directory,
    rules: { departmentRecorded: () => false, dispositions: () => [], retention: () => [] },
    numbers: { read: (_organization, written) => written },
    files: new RecordingFiles("/recordings", recordings, mp3),
    audit: { append: () => undefined },
    logger,
    clock: new ManualClock(),
    told: () => undefined,
    settled: async () => undefined,
    changed: () => undefined,
    flush: async () => undefined,
  });
  let leaving: string | null = null;
  const legs = callLogs.legs.bind(callLogs);
  callLogs.legs = async (...asked) => {
    const found = await legs(...asked);
    if (leaving !== null) live.delete(leaving);
    leaving = null;
    return found;
  };
  const refresh = async (): Promise<void> => void (known = [...(await store.voiceAccounts.list())]);
  store.onWrite(refresh);
  const stored = await openDirectory(store, { logger });
  const voice = await MemoryVoiceDirectory.open({ store, logger });
  const voiceConfiguration = new VoiceConfiguration({ store, voice, directory: stored, audit: { append: () => undefined } });
  const world = createWorld({ services: { callLogs, voiceConfiguration, staff: { ...fakeStaff({ directory, note: () => undefined }), departments: () => [{ organizationId: ORG, name: "sales", settings: DEFAULT_DEPARTMENT_SETTINGS }] }, twilio: { accounts: { bySid: (of) => known.find((each) => each.sid === of), of: (id) => known.find((each) => each.organizationId === id) }, apps: store.twimlApps, programs, conferences, queues: named, notes } } });
  const url = await world.app.listen({ host: "127.0.0.1", port: 0 });
  return {
    notes, world, store, account, other, url, created, asked,
    failWith: (error) => void (failure = error),
    leavesMeanwhile: (id) => void (leaving = id),
    client: (by = account) => twilioClient(url, by, account.sid),
    save: (record, legs) =>
      store.callRecords.transaction(async (tx) => {
        await tx.saveRecord({ organizationId: ORG, direction: "inbound", from: "+15550100", to: "+15550111", department: null, agentId: null, status: "completed", startedAt: AT, answeredAt: AT, endedAt: later(60), waitMs: 0, talkMs: 0, holdMs: 0, hangupCause: "NORMAL_CLEARING", hungUpBy: "customer", disposition: null, note: null, attributes: {}, fromName: null, queueOutcome: null, node: "fs1", complete: true, ...record });
        for (const leg of legs) await tx.saveLeg({ coreUuid: "core", callId: record.id, node: "fs1", role: "customer", direction: "inbound", agentId: null, number: "+15550100", startedAt: AT, answeredAt: AT, endedAt: later(60), hangupCause: "NORMAL_CLEARING", name: null, sipCallId: null, ring: null, source: "cdr", ...leg });
      }),
    async record(id, callId, content) {
      writeFileSync(join(recordings, `${id}.wav`), content);
      await store.callRecords.transaction((tx) => tx.saveRecording({ id, callId, organizationId: ORG, node: "fs1", path: `/recordings/${id}.wav`, startedBy: "policy", startedAt: AT, endedAt: later(12), removedAt: null }));
    },
    async close() {
      mp3.close();
      await world.close();
      voice.close();
      stored.close();
      await store.close();
      folder.remove();
    },
  };
}
