/** Documents at random, made by Twilio's own builder. */
import VoiceResponse from "twilio/lib/twiml/VoiceResponse.js";
import type { Random } from "../faults/random.js";

const URLS = ["https://example.com/next", "/next?a=1&b=2", "next.php", "https://user:word@example.com:8443/a%20b?x=ä#rc=2"] as const;
const TEXTS = ["Hello", "Press 1 & wait <now>", "Grüße, 你好", "  12345  ", "\"quoted\" 'text'"] as const;
const METHODS = ["GET", "POST"] as const;
const CALL_EVENTS = ["initiated", "ringing", "answered", "completed"] as const;
const RECORDING_EVENTS = ["in-progress", "completed", "absent"] as const;

/** Some of these properties. */
function some<T extends object>(random: Random, all: T): Partial<T> {
  const kept: Partial<T> = {};
  for (const key of Object.keys(all)) if (key in all && random.next() < 0.4) Object.assign(kept, { [key]: Reflect.get(all, key) });
  return kept;
}

const flag = (random: Random): boolean => random.next() < 0.5;

const within = (random: Random, min: number, max: number): number => min + Math.floor(random.next() * (max - min + 1));

function sayAttributes(random: Random) {
  return some(random, { voice: random.of(["man", "woman", "alice", "Polly.Joanna-Neural", "Google.en-US-Standard-A"] as const), language: random.of(["en-US", "de-DE"] as const), loop: within(random, 0, 1000) });
}

function prompts(random: Random, into: VoiceResponse | ReturnType<VoiceResponse["gather"]>): void {
  const pick = random.next();
  if (pick < 0.3) into.say(sayAttributes(random), random.of(TEXTS));
  else if (pick < 0.6) into.play(some(random, { loop: within(random, 0, 1000) }), random.of(URLS));
  else into.pause(some(random, { length: within(random, 0, 60) }));
}

function speech(random: Random, into: VoiceResponse): void {
  const say = into.say(sayAttributes(random), random.of(TEXTS));
  say.break(some(random, { strength: "weak", time: "500ms" }));
  say.emphasis(some(random, { level: "strong" }), "word");
  say.lang(some(random, { "xml:lang": "fr-FR" }), "mot");
  say.p({}, "paragraph").s({}, "sentence");
  say.phoneme(some(random, { alphabet: "ipa", ph: "pɪˈkɑːn" }), "pecan");
  say.prosody(some(random, { volume: "loud", rate: "fast", pitch: "low" }), "words").sub({ alias: "et cetera" }, "etc.");
  say.sayAs({ "interpret-as": "date", format: "dmy" }, "24.12.");
  say.w(some(random, { role: "amazon:VB" }), "read");
}

function dial(random: Random, into: VoiceResponse): void {
  const attributes = some(random, {
    action: random.of(URLS), method: random.of(METHODS), timeout: within(random, 5, 600), timeLimit: within(random, 1, 86_400), callerId: "+14155550100", answerOnBridge: flag(random), hangupOnStar: flag(random),
    ringTone: random.of(["at", "us-old", "de"] as const), sequential: flag(random), record: random.of(["do-not-record", "record-from-answer", "record-from-ringing-dual"] as const), recordingTrack: random.of(["both", "inbound"] as const),
    recordingStatusCallback: random.of(URLS), recordingStatusCallbackMethod: random.of(METHODS), recordingStatusCallbackEvent: [...RECORDING_EVENTS], trim: "trim-silence" as const, referUrl: random.of(URLS), referMethod: random.of(METHODS),
  });
  const party = () => some(random, { url: random.of(URLS), method: random.of(METHODS), statusCallback: random.of(URLS), statusCallbackMethod: random.of(METHODS), statusCallbackEvent: [...CALL_EVENTS] });
  const amd = () =>
    some(random, { machineDetection: random.of(["Enable", "DetectMessageEnd"] as const), machineDetectionTimeout: within(random, 3, 60), machineDetectionSpeechThreshold: 2400, machineDetectionSpeechEndThreshold: 1200, machineDetectionSilenceTimeout: 5000, amdStatusCallback: random.of(URLS), amdStatusCallbackMethod: random.of(METHODS) });
  const kind = random.next();
  if (kind < 0.2) {
    into.dial(attributes, random.of(["+1 (415) 555-0100", "415-555-0100"] as const));
    return;
  }
  const parent = into.dial(attributes);
  if (kind < 0.4) parent.queue(some(random, { url: random.of(URLS), method: random.of(METHODS) }), "support & sales");
  else if (kind < 0.6) conference(random, parent);
  else {
    for (let left = within(random, 1, 10); left > 0; left -= 1) {
      const noun = random.next();
      if (noun < 0.3) parent.number({ ...party(), ...amd(), ...some(random, { sendDigits: "wW12#*AbD" }) }, "+14155550100");
      else if (noun < 0.5) parent.client(party(), "jenny");
      else if (noun < 0.7) {
        const client = parent.client(party());
        client.identity("jenny@example.com");
        client.parameter({ name: "order", value: "4 & 5" });
      } else if (noun < 0.85) parent.sip({ ...party(), ...amd(), ...some(random, { username: "u", password: "p" }) }, "sip:kate@example.com:5061;transport=tcp?X-Order=4&X-Name=J%20K");
      else {
        const sip = parent.sip(party());
        sip.uri(some(random, { priority: "1", weight: "2" }), "sips:kate@example.com");
        sip.headers().header({ name: "X-Order", value: "4" });
      }
    }
  }
}

function conference(random: Random, parent: ReturnType<VoiceResponse["dial"]>): void {
  parent.conference(
    some(random, {
      beep: random.of(["true", "false", "onEnter", "onExit"] as const), coach: "CA00000000000000000000000000000001", startConferenceOnEnter: flag(random), endConferenceOnExit: flag(random), muted: flag(random), maxParticipants: within(random, 2, 250),
      participantLabel: "customer", record: random.of(["do-not-record", "record-from-start"] as const), recordingStatusCallback: random.of(URLS), recordingStatusCallbackEvent: [...RECORDING_EVENTS], region: "ie1" as const, jitterBufferSize: "small" as const,
      statusCallback: random.of(URLS), statusCallbackMethod: random.of(METHODS), statusCallbackEvent: ["start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"] as ("start" | "end")[],
      trim: "trim-silence" as const, waitUrl: random.of([...URLS, ""]), waitMethod: random.of(METHODS),
    }),
    "Room 1",
  );
}

function gather(random: Random, into: VoiceResponse): void {
  const parent = into.gather(
    some(random, {
      action: random.of(URLS), method: random.of(METHODS), actionOnEmptyResult: flag(random), bargeIn: flag(random), debug: flag(random), enhanced: flag(random), finishOnKey: random.of(["#", "*", "", "5"] as const), hints: "yes, no, maybe",
      input: random.of([["dtmf"], ["speech"], ["dtmf", "speech"]] as ("dtmf" | "speech")[][]), language: "de-DE" as const, maxSpeechTime: 20, numDigits: within(random, 1, 20), partialResultCallback: random.of(URLS), partialResultCallbackMethod: random.of(METHODS),
      profanityFilter: flag(random), speechTimeout: random.of(["auto", "3"] as const), timeout: within(random, 1, 60),
    }),
  );
  for (let left = within(random, 0, 4); left > 0; left -= 1) prompts(random, parent);
}

function streams(random: Random, into: VoiceResponse): void {
  const attributes = () => ({ url: "wss://example.com/audio", ...some(random, { name: "mine", track: random.of(["inbound_track", "outbound_track", "both_tracks"] as const), statusCallback: random.of(URLS), statusCallbackMethod: random.of(METHODS) }) });
  const pick = random.next();
  if (pick < 0.3) into.connect(some(random, { action: random.of(URLS), method: random.of(METHODS) })).stream(attributes()).parameter({ name: "a", value: "b" });
  else if (pick < 0.5) into.start(some(random, { action: random.of(URLS), method: random.of(METHODS) })).stream(attributes()).parameter({ name: "a", value: "b" });
  else if (pick < 0.7) into.start().recording(some(random, { channels: "dual", track: "both", trim: "trim-silence", recordingStatusCallback: random.of(URLS), recordingStatusCallbackMethod: "GET", recordingStatusCallbackEvent: [...RECORDING_EVENTS] }));
  else if (pick < 0.85)
    into.start().transcription(
      some(random, { name: "words", statusCallbackUrl: random.of(URLS), statusCallbackMethod: "GET", track: "both_tracks", languageCode: "de-DE", partialResults: flag(random), inboundTrackLabel: "agent", outboundTrackLabel: "customer", speechModel: "telephony", hints: "a, b", profanityFilter: flag(random), enableAutomaticPunctuation: true }),
    );
  else into.stop().stream({ name: "mine" });
}

function one(random: Random, into: VoiceResponse): void {
  const others: readonly (() => void)[] = [
    () => prompts(random, into),
    () => speech(random, into),
    () => dial(random, into),
    () => dial(random, into),
    () => gather(random, into),
    () => streams(random, into),
    () => into.play({ digits: "ww12#" }),
    () => into.hangup(),
    () => into.leave(),
    () => into.reject(some(random, { reason: random.of(["rejected", "busy"] as const) })),
    () => into.redirect(some(random, { method: random.of(METHODS) }), random.of([...URLS, ""])),
    () => into.refer(some(random, { action: random.of(URLS), method: random.of(METHODS) })).sip({}, "sip:kate@example.com"),
    () => into.enqueue(some(random, { action: random.of(URLS), method: random.of(METHODS), waitUrl: random.of([...URLS, ""]), waitUrlMethod: random.of(METHODS), maxQueueSize: 20 }), "support"),
    () => into.enqueue({ workflowSid: "WW00000000000000000000000000000001" }).task(some(random, { priority: 5, timeout: 60 }), JSON.stringify({ account: "<&>" })),
    () =>
      into.record(
        some(random, {
          action: random.of(URLS), method: random.of(METHODS), finishOnKey: random.of(["#", "12*", "1234567890*#"] as const), maxLength: within(random, 1, 120), playBeep: flag(random), recordingStatusCallback: random.of(URLS),
          recordingStatusCallbackEvent: [...RECORDING_EVENTS], recordingStatusCallbackMethod: random.of(METHODS), timeout: within(random, 0, 60), transcribe: flag(random), transcribeCallback: random.of(URLS), trim: "do-not-trim" as const,
        }),
      ),
  ];
  random.of(others)();
}

/** A document of up to eight verbs; `verbs` is how many. */
export function built(random: Random): { readonly xml: string; readonly verbs: number } {
  const response = new VoiceResponse();
  const verbs = within(random, 0, 8);
  for (let left = verbs; left > 0; left -= 1) {
    if (random.next() < 0.2) response.comment("a comment");
    one(random, response);
  }
  return { xml: response.toString(), verbs };
}
