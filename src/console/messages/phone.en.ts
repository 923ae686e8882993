import type { MicrophoneFault, PhoneFault } from "../phone/problem.js";
import type { Grade, PhoneReason } from "../phone/types.js";

const microphone: Readonly<Record<MicrophoneFault, string>> = {
  insecure: "Browsers give a microphone to pages over HTTPS alone. Ask your administrator for the address that begins with https://.",
  refused: "The browser does not let this page use the microphone. Allow it at the lock or camera sign beside the address, then try again.",
  missing: "No microphone is plugged in. Plug in your headset, then try again.",
  busy: "The microphone cannot be opened. Another program may be using it: close it, then try again.",
};
const fault: Readonly<Record<PhoneFault, string>> = {
  ...microphone,
  gone: "This call is not on this phone any more.",
  notReady: "The phone in this page is not ready.",
  noEcho: "This telephone system has no echo to call.",
  notChanged: "The other microphone could not be used. Your call goes on with the one before.",
  failed: "The phone could not do this. Try again.",
};
const reason: Readonly<Record<PhoneReason, string>> = {
  noAgent: "You have no phone of your own.",
  switchedOff: "The phone in this page is switched off. Calls ring your other phone.",
  notConfigured: "No address for phones in browsers is set, as in the demonstration. Everything else works.",
  insecure: microphone.insecure,
  server: "The server did not let the phone sign in. It tries again by itself.",
  unreachable: "The telephone system cannot be reached. The phone tries again by itself.",
  refused: "The telephone system refuses this phone. It tries again by itself.",
  reconnecting: "The phone connects again. A call that is under way goes on.",
};
const voice: Readonly<Record<Grade, string>> = { good: "voice good", fair: "voice fair", poor: "voice poor" };

export const phoneEn = {
  label: "Phone",
  state: { off: "Phone off", registering: "Phone connecting", ready: "Phone ready", elsewhere: "Phone in another tab", failed: "Phone not connected" },
  /** The agent has one that stands elsewhere, while the page's own is off. */
  beside: "Desk phone",
  fault,
  reason,
  voice,
  muted: "Muted",
  level: "Microphone level",
  systemMicrophone: "Standard microphone",
  measured: (rttMs: number, jitterMs: number, lossPct: string) => `Round trip ${rttMs} ms, jitter ${jitterMs} ms, loss ${lossPct} %`,
  elsewhere: "The phone is in another tab.",
  elsewhereLater: "The phone comes here when the call in the other tab has ended.",
  useHere: "Use here",
  tryNow: "Try now",
  blocked: "Sound is blocked. Click to allow.",
  rings: "A call rings",
  ringsYou: (name: string) => `${name} calls you`,
  toDesk: "Answer at the desk",
  consults: "A colleague consults you about this call",
  ringsFor: (department: string) => `For ${department}`,
};
export type Phone = typeof phoneEn;
