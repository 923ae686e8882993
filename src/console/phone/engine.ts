/** The phone at work, loaded when somebody who has one is logged in: registration, calls, sound and devices, put together. */
import { watch } from "vue";
import type { LiveEvent } from "../api/types.js";
import type { Api } from "../api/client.js";
import type { LiveStore } from "../live/store.js";
import type { Earpiece } from "./audio.js";
import { askedBy, type Asked } from "./auto-answer.js";
import { createDeviceList } from "./devices.js";
import { Dialogs } from "./dialogs.js";
import { Microphone, type MicrophonePorts } from "./microphone.js";
import type { PhoneFault, PhoneProblem } from "./problem.js";
import { Registration, type Standing } from "./registration.js";
import { QualityReporter } from "./reporter.js";
import type { SipFactory } from "./sip.js";

export interface EnginePorts {
  readonly api: Api;
  readonly live: Pick<LiveStore, "picture" | "on">;
  readonly agent: () => string | null;
  readonly sip: SipFactory;
  readonly media: Pick<MediaDevices, "getUserMedia" | "enumerateDevices" | "addEventListener"> | undefined;
  readonly meter: MicrophonePorts["meter"];
  readonly listen: (track: MediaStreamTrack, device: string | null) => Earpiece;
  readonly problem: (fault: PhoneFault) => PhoneProblem;
  readonly standing: (standing: Standing) => void;
  readonly answersItself: () => void;
  readonly lastEnded: () => void;
}

/** A leg may ring a moment after the request that made it was answered. */
const ASKED_FOR_MS = 3000;
/** A registration that was just made is told a moment later. */
const DOUBTED_MS = 5000;
/** Not again and again, when Callplane and FreeSWITCH disagree. */
const DOUBTED_AGAIN_MS = 60_000;

export type PhoneEngine = ReturnType<typeof createEngine>;

export function createEngine(ports: EnginePorts) {
  const { api, live, media } = ports;
  const devices = createDeviceList(media);
  const microphone = new Microphone({ getUserMedia: media === undefined ? undefined : (constraints) => media.getUserMedia(constraints), meter: ports.meter, chosen: () => devices.chosen.value.microphone });
  const asked = watchRequests(api);
  let standing: Standing = { state: "off", reason: null };
  const dialogs = new Dialogs({
    microphone,
    listen: ports.listen,
    headset: () => devices.chosen.value.headset,
    picture: live.picture,
    agent: ports.agent,
    asked: () => asked,
    problem: ports.problem,
    answersItself: ports.answersItself,
    lastEnded: ports.lastEnded,
  });
  const registration = new Registration({
    token: async (ttlS) => {
      const { data } = await api.POST("/voicetwilio/token", { body: { ttlS } });
      if (data === undefined) throw ports.problem("failed");
      return data.sip;
    },
    sip: ports.sip,
    standing: (next) => {
      standing = next;
      ports.standing(next);
    },
    isInCall: () => dialogs.count > 0,
    calls: {
      rings: (dialog) => dialogs.rings(dialog),
      answered: (dialog) => {
        dialogs.answered(dialog);
        reporter.begin();
        void devices.look();
      },
      ended: (dialog, cause) => dialogs.ended(dialog, cause),
      heard: (dialog, track) => dialogs.heard(dialog, track),
    },
  });
  const reporter = new QualityReporter({
    calls: () => dialogs.connections(),
    report: (callId, quality) => api.POST("/voicechannel/calls/{id}/quality", { params: { path: { id: callId } }, body: quality }),
  });

  const doubt = createDoubt(() => {
    if (standing.state === "ready" && live.picture.agents.get(ports.agent() ?? "")?.registered === false) registration.doubt();
  });
  live.on((event: LiveEvent) => {
    dialogs.onEvent(event);
    if (event.type === "agent.unregistered" && event.data.agent.id === ports.agent()) doubt();
  });
  watch(() => devices.chosen.value.headset, () => dialogs.headsetChosen());
  watch(() => devices.chosen.value.microphone, () => void dialogs.microphoneChosen().catch(() => undefined));
  void devices.look();

  return {
    dialogs,
    microphone,
    devices,
    quality: reporter.quality,
    open: () => registration.open(),
    /** Unregisters; calls must have ended. */
    rest: () => registration.close({ vanish: false }),
    /** Is gone without a word: Callplane keeps the caller for the agent, then for the department. */
    vanish() {
      registration.close({ vanish: true });
      dialogs.forget();
    },
    retry: () => registration.retry(),
    async call(target: string): Promise<string> {
      const { agent } = registration;
      if (agent === null || standing.state !== "ready") throw ports.problem("notReady");
      return dialogs.call(agent, target);
    },
  };
}

/** At most once a minute, a moment after it was asked for. */
function createDoubt(run: () => void): () => void {
  let last = -Infinity;
  return () => {
    if (performance.now() - last < DOUBTED_AGAIN_MS) return;
    last = performance.now();
    setTimeout(run, DOUBTED_MS);
  };
}

/** What this page has asked for and has no answer to yet, or only just. Bounded by its requests under way. */
function watchRequests(api: Pick<Api, "use">): ReadonlySet<Asked> {
  /** Bounded by the requests under way. */
  const asked = new Set<Asked>();
  /** Bounded by the requests under way. */
  const byRequest = new Map<string, Asked>();
  const done = (id: string): void => {
    const one = byRequest.get(id);
    if (one === undefined) return;
    byRequest.delete(id);
    setTimeout(() => asked.delete(one), ASKED_FOR_MS);
  };
  api.use({
    onRequest: ({ id, request, schemaPath, params }) => {
      const callId = params.path?.["id"];
      const one = askedBy(request.method, schemaPath, typeof callId === "string" ? callId : null);
      if (one === null) return;
      asked.add(one);
      byRequest.set(id, one);
    },
    onResponse: ({ id }) => done(id),
    onError: ({ id }) => done(id),
  });
  return asked;
}
