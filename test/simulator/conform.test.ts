/**
 * Holds the simulated switch to the recordings of a real one: the same commands and the same people must give the same replies, the same
 * events on every leg, in the same order, and the same rows.
 */
import { describe, expect, it } from "vitest";
import type { Simulator } from "../../src/simulator/index.js";
import { byLeg, landmarks, replay, type Script } from "./replay.js";

const CUSTOMER = "15551230001";
const inbound: Script = { to: "1001" };
const SHORT_RING = [/originate_timeout=\d/, "originate_timeout=1"] as const;

/** However late the caller hangs up, nobody has answered. */
function callsInVain(simulator: Simulator): void {
  simulator.setPhone("1004", { kind: "no-answer" });
  simulator.callIn({ from: CUSTOMER, to: "1004" });
}

const SCRIPTS: Readonly<Record<string, Script>> = {
  "agent-dies-customer-parks": inbound,
  "agent-hangs-up": inbound,
  "attended-transfer": inbound,
  "caller-abandons": {
    // The recorded phone answered the CANCEL so late that FreeSWITCH gave up on it first.
    racy: /NO_USER_RESPONSE|ORIGINATOR_CANCEL|^B CHANNEL_PROGRESS/,
    to: "nowhere",
    acts: [
      { before: "end", until: (lines) => lines.some((line) => /CHANNEL_STATE CS_DESTROY/.test(line)), act: callsInVain },
      { before: "end", until: (lines) => lines.some((line) => /^C CHANNEL_CALLSTATE/.test(line)), act: (simulator) => simulator.hangUp(CUSTOMER) },
    ],
  },
  // Which of two legs that are sent on together joins first is a race: here the agent is member 1.
  conference: { ...inbound, shorten: [[/mute 1$/, "mute 2"]], unordered: /CHANNEL_HANGUP/ },
  "eavesdrop-barge": inbound,
  "eavesdrop-listen": inbound,
  "eavesdrop-switch-by-dtmf": inbound,
  "eavesdrop-target-hangs-up": { ...inbound, unordered: /CHANNEL_UNBRIDGE/ },
  "eavesdrop-whisper": inbound,
  // The body of the job tells how long the switch has been up.
  handshake: { racy: /BACKGROUND_JOB/ },
  "held-after-uuid-bridge-agent-dies": inbound,
  "hold-by-parking": inbound,
  "hold-resume-agent-leg": inbound,
  "hold-resume-customer-leg": inbound,
  "inbound-answer-hangup": { ...inbound, acts: [{ before: "end", act: (simulator) => simulator.hangUp(CUSTOMER) }] },
  // Here FreeSWITCH left the column empty for a leg that was called, until it was bridged.
  "media-fork": { ...inbound, unordered: /CHANNEL_UNBRIDGE|BACKGROUND_JOB/, uncompared: ["call_uuid", "name"] },
  "media-stream-parked": {
    to: "5900",
    uncompared: ["call_uuid"],
    acts: [
      { before: /execute-app-name: playback/, act: (simulator) => simulator.press(CUSTOMER, "42") },
      { before: /uuid_transfer/, until: (lines) => lines.some((line) => /PLAYBACK_START/.test(line)), act: (simulator) => simulator.press(CUSTOMER, "#") },
    ],
  },
  "mute-dtmf-record-play": inbound,
  "originate-agent-first": {},
  "originate-busy": {},
  "originate-no-answer": { shorten: [SHORT_RING] },
  "originate-rejected": {},
  "originate-unregistered": {},
  "outbound-socket-free-park": {
    from: "15551230002",
    to: "park",
    acts: [
      {
        before: /execute-app-name: record/,
        until: (lines) => lines.filter((line) => /PLAYBACK_STOP/.test(line)).length === 2,
        act: (simulator) => simulator.press("15551230002", "42#"),
      },
    ],
  },
  "park-customer": inbound,
  "park-timeout": { ...inbound, shorten: [[/park_timeout 2/, "park_timeout 1"]] },
  "state-in-presence-data": {},
  "supervision-follows": inbound,
  "three-way": inbound,
  "transfer-bleg": inbound,
  "transfer-both": inbound,
  "transfer-customer-blind": inbound,
  "transfer-no-such-destination": inbound,
  "transfer-ring-first": inbound,
  // The phone takes the re-INVITE before or after the event.
  "transfer-ring-first-no-answer": { ...inbound, shorten: [SHORT_RING], racy: /^B CHANNEL_UNHOLD|^B CHANNEL_CALLSTATE CS_EXCHANGE_MEDIA (?:UNHELD|ACTIVE)/ },
  "transfer-unregistered": inbound,
};

describe.concurrent("the simulated switch does what the real one did", () => {
  for (const [name, script] of Object.entries(SCRIPTS)) {
    it(name, { timeout: 20_000 }, async () => {
      const { recorded, simulated, replies, rows } = await replay(name, script);
      expect(byLeg(simulated)).toEqual(byLeg(recorded));
      expect(landmarks(simulated, script)).toEqual(landmarks(recorded, script));
      expect(replies.map(({ command, simulated: reply }) => [command, reply])).toEqual(replies.map(({ command, recorded: reply }) => [command, reply]));
      for (const { simulated: shown, recorded: wanted } of rows) expect(shown).toEqual(wanted);
    });
  }
});
