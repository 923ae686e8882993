import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createJsSip } from "../../../src/console/phone/jssip.js";
import type { SipAgent, SipDialog } from "../../../src/console/phone/sip.js";
import { FakeStream, FakeTrack, stream } from "./fakes.js";

interface SipMessage {
  /** The request's or the status line. */
  readonly first: string;
  readonly method: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

function parsed(text: string): SipMessage {
  const [first = "", ...lines] = (text.split("\r\n\r\n")[0] ?? "").split("\r\n");
  return { first, method: first.split(" ")[0] ?? "", headers: new Map(lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()])), text };
}
const of = ({ headers }: SipMessage, name: string): string => headers.get(name.toLowerCase()) ?? "";

/** FreeSWITCH's end of the browser's connections. */
class Wire {
  static all: Wire[] = [];
  readonly url: string;
  readonly protocol = "sip";
  readonly sent: SipMessage[] = [];
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readyState = 0;
  binaryType = "blob";
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: string }) => void) | null = null;
  onclose: ((event: { readonly wasClean: boolean; readonly code: number; readonly reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  isClosed = false;
  constructor(url: string) {
    this.url = url;
    Wire.all.push(this);
  }
  send(text: string): void {
    this.sent.push(parsed(text));
  }
  close(): void {
    this.isClosed = true;
    this.readyState = 3;
  }
  opens(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  breaks(): void {
    this.readyState = 3;
    this.onclose?.({ wasClean: false, code: 1006, reason: "" });
  }
  tell(...lines: readonly string[]): void {
    this.onmessage?.({ data: lines.join("\r\n") });
  }
  last(method: string): SipMessage {
    const found = this.sent.findLast((message) => message.method === method);
    if (found === undefined) throw new Error(`no ${method} was sent: ${this.sent.map(({ first }) => first).join(", ")}`);
    return found;
  }
  reply(to: SipMessage, status: string, ...more: readonly string[]): void {
    const body = more.some((line) => line.startsWith("Content-Type")) ? "v=0\r\n" : "";
    this.tell(`SIP/2.0 ${status}`, `Via: ${of(to, "via")}`, `From: ${of(to, "from")}`, `To: ${of(to, "to")};tag=switch`, `Call-ID: ${of(to, "call-id")}`, `CSeq: ${of(to, "cseq")}`, ...more, `Content-Length: ${body.length}`, "", body);
  }
  request(method: string, contact: string, number: number, ...more: readonly string[]): void {
    this.tell(
      `${method} ${contact} SIP/2.0`, `Via: SIP/2.0/WSS 127.0.0.1;branch=z9hG4bK-${number}`, "Max-Forwards: 70", 'From: "Priya" <sip:+15550100001@acme.test>;tag=caller', `To: <sip:1001@acme.test>${more.find((line) => line.startsWith(";")) ?? ""}`,
      "Call-ID: call-of-priya", `CSeq: ${number} ${method}`, "Contact: <sip:switch@127.0.0.1;transport=wss>", ...more.filter((line) => !line.startsWith(";")), "Content-Length: 0", "", "",
    );
  }
}

/** As far as JsSIP uses a peer connection. Addresses are looked for until `found`. */
class Peer extends EventTarget {
  static all: Peer[] = [];
  readonly config: RTCConfiguration;
  readonly tracks: unknown[] = [];
  iceGatheringState = "gathering";
  iceConnectionState = "new";
  signalingState = "stable";
  localDescription: { readonly type: string; readonly sdp: string } | null = null;
  constructor(config: RTCConfiguration) {
    super();
    this.config = config;
    Peer.all.push(this);
  }
  addTrack(track: unknown): void {
    this.tracks.push(track);
  }
  getSenders(): readonly unknown[] {
    return [];
  }
  createOffer(): Promise<{ readonly type: string; readonly sdp: string }> {
    return Promise.resolve({ type: "offer", sdp: "v=0\r\n" });
  }
  createAnswer(): Promise<{ readonly type: string; readonly sdp: string }> {
    return Promise.resolve({ type: "answer", sdp: "v=0\r\n" });
  }
  setLocalDescription(description: { readonly type: string; readonly sdp: string }): Promise<void> {
    this.localDescription = description;
    return Promise.resolve();
  }
  setRemoteDescription(): Promise<void> {
    return Promise.resolve();
  }
  close(): void {
    this.signalingState = "closed";
  }
  candidate(): void {
    this.dispatchEvent(Object.assign(new Event("icecandidate"), { candidate: { candidate: "candidate:1" } }));
  }
}

let told: string[];
let dialogs: SipDialog[];
let agent: SipAgent;
const SETTINGS = { domain: "acme.test", wssUrl: "wss://sip.acme.test:7443", user: "1001", password: "secret", iceServers: [{ urls: ["stun:stun.acme.test"] }] };

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Wire);
  vi.stubGlobal("RTCPeerConnection", Peer);
  vi.stubGlobal("RTCSessionDescription", class {});
  vi.stubGlobal("window", { RTCPeerConnection: Peer });
  Wire.all = [];
  Peer.all = [];
  told = [];
  dialogs = [];
  agent = createJsSip(SETTINGS, {
    registered: () => told.push("registered"),
    refused: (status) => told.push(`refused ${status}`),
    disconnected: () => told.push("disconnected"),
    rings: (dialog) => {
      told.push(`rings ${dialog.callId}`);
      dialogs.push(dialog);
    },
    answered: ({ callId }) => told.push(`answered ${callId}`),
    ended: (_, cause) => told.push(`ended ${cause}`),
    heard: ({ callId }, { kind }) => told.push(`heard ${callId} ${kind}`),
  });
});
afterEach(() => {
  agent.vanish();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function wire(): Wire {
  const last = Wire.all.at(-1);
  if (last === undefined) throw new Error("nothing is connected");
  return last;
}
function registered(): Wire {
  agent.start();
  wire().opens();
  const register = wire().last("REGISTER");
  wire().reply(register, "200 OK", `Contact: ${of(register, "contact")};expires=120`, "Expires: 120");
  return wire();
}
/** Where this page is called. */
const contactOf = (up: Wire): string => /<([^>]+)>/.exec(of(up.last("REGISTER"), "contact"))?.[1] ?? "";

/** Somebody calls. */
function rung(...headers: readonly string[]): SipDialog {
  const up = registered();
  up.request("INVITE", contactOf(up), 1, ...headers);
  const [dialog] = dialogs;
  if (dialog === undefined) throw new Error("it does not ring");
  return dialog;
}

describe("the registration", () => {
  it("is for two minutes, as the agent of the organization, and is told", () => {
    const up = registered();
    expect([up.url, told]).toEqual(["wss://sip.acme.test:7443", ["registered"]]);
    const register = up.last("REGISTER");
    expect([register.first, of(register, "to"), of(register, "expires"), of(register, "user-agent")]).toEqual(["REGISTER sip:acme.test SIP/2.0", "<sip:1001@acme.test>", "120", "Callplane console"]);
  });

  it("answers FreeSWITCH's challenge with the password of now, which it never sends", () => {
    agent.setPassword("another secret");
    agent.start();
    wire().opens();
    const challenge = 'WWW-Authenticate: Digest realm="acme.test", nonce="n1", algorithm=MD5, qop="auth"';
    wire().reply(wire().last("REGISTER"), "401 Unauthorized", challenge);
    const answer = of(wire().last("REGISTER"), "authorization");
    expect(answer).toContain('username="1001", realm="acme.test", nonce="n1"');
    expect(wire().sent.some(({ text }) => text.includes("secret"))).toBe(false);
    wire().reply(wire().last("REGISTER"), "403 Forbidden");
    expect(told).toEqual(["refused 403"]);
  });

  it("is refused without a status when the connection breaks before the reply", () => {
    agent.start();
    wire().opens();
    wire().breaks();
    expect(told).toContain("disconnected");
    expect(told).not.toContain("registered");
  });

  it("is asked for again by the page, where it is connected", () => {
    agent.register();
    expect(Wire.all).toHaveLength(0);
    const up = registered();
    const before = up.sent.length;
    agent.register();
    expect(up.sent.slice(before).map(({ method }) => method)).toEqual(["REGISTER"]);
  });
});

describe("the connection", () => {
  it("is made anew when the page takes it for dead", () => {
    const dead = registered();
    agent.reconnect();
    expect([dead.isClosed, told.at(-1)]).toEqual([true, "disconnected"]);
    vi.advanceTimersByTime(15_000);
    expect(Wire.all.length).toBeGreaterThan(1);
    wire().opens();
    expect(wire().last("REGISTER").method).toBe("REGISTER");
  });

  it("unregisters when the phone is put away", () => {
    const up = registered();
    agent.stop();
    expect(of(up.last("REGISTER"), "expires")).toBe("0");
  });

  it("vanishes without a word, or FreeSWITCH would end the call that Callplane keeps", () => {
    const up = registered();
    const before = up.sent.length;
    agent.vanish();
    expect([up.isClosed, up.sent.length]).toEqual([true, before]);
  });
});

describe("a call that comes", () => {
  it("rings with what the switch says of it", () => {
    const dialog = rung("X-Callplane-Call: c1");
    expect([told, dialog.callId, dialog.header("X-Callplane-Call"), dialog.header("X-Other"), dialog.connection()]).toEqual([["registered", "rings call-of-priya"], "call-of-priya", "c1", null, null]);
    expect(wire().sent.map(({ first }) => first)).toContain("SIP/2.0 180 Ringing");
  });

  it("is declined with 603: busy everywhere", () => {
    const dialog = rung();
    dialog.end();
    expect(wire().sent.at(-1)?.first).toMatch(/^SIP\/2\.0 603 /);
    expect(told.at(-1)).toMatch(/^ended /);
    const sent = wire().sent.length;
    dialog.end();
    expect(wire().sent).toHaveLength(sent);
  });

  it("ends when the caller gives up", () => {
    rung();
    wire().request("CANCEL", contactOf(wire()), 1);
    expect(told.at(-1)).toBe("ended Canceled");
  });
});

describe("a call that is dialled", () => {
  it("asks the switch for the target with the microphone, and does not wait for a STUN server that says nothing", async () => {
    const up = registered();
    const voice = new FakeStream();
    const dialog = agent.call("*9196", stream(voice));
    await vi.advanceTimersByTimeAsync(0);
    const [peer] = Peer.all;
    expect([peer?.config.iceServers, peer?.tracks]).toEqual([[{ urls: ["stun:stun.acme.test"] }], voice.tracks]);
    peer?.candidate();
    await vi.advanceTimersByTimeAsync(900);
    expect(up.sent.map(({ method }) => method)).not.toContain("INVITE");
    await vi.advanceTimersByTimeAsync(200);
    const invite = up.last("INVITE");
    expect([invite.first, of(invite, "call-id"), dialog.header("X-Other")]).toEqual(["INVITE sip:*9196@acme.test SIP/2.0", dialog.callId, null]);
    expect(dialog.connection()).toBe(peer);

    peer?.dispatchEvent(Object.assign(new Event("track"), { track: new FakeTrack() }));
    expect(told.at(-1)).toBe(`heard ${dialog.callId} audio`);
    up.reply(invite, "486 Busy Here");
    expect(told.at(-1)).toBe("ended 486");
  });

  it("is called off while it rings", async () => {
    const up = registered();
    const dialog = agent.call("1002", stream(new FakeStream()));
    await vi.advanceTimersByTimeAsync(0);
    Peer.all[0]?.candidate();
    await vi.advanceTimersByTimeAsync(1000);
    up.reply(up.last("INVITE"), "180 Ringing");
    dialog.end();
    expect(up.last("CANCEL").first).toBe("CANCEL sip:1002@acme.test SIP/2.0");
    expect(told.at(-1)).toMatch(/^ended /);
  });

  it("is answered, sends digits and hangs up", async () => {
    const up = registered();
    const dialog = agent.call("1002", stream(new FakeStream()));
    await vi.advanceTimersByTimeAsync(0);
    Peer.all[0]?.candidate();
    await vi.advanceTimersByTimeAsync(1000);
    up.reply(up.last("INVITE"), "200 OK", "Contact: <sip:switch@127.0.0.1;transport=wss>", "Content-Type: application/sdp");
    await vi.advanceTimersByTimeAsync(0);
    expect(told.at(-1)).toBe(`answered ${dialog.callId}`);
    dialog.dtmf("5");
    await vi.advanceTimersByTimeAsync(1000);
    expect(up.last("INFO").text).toContain("Signal=5");
    dialog.end();
    expect(up.last("BYE").method).toBe("BYE");
    expect(told.at(-1)).toMatch(/^ended /);
  });
});
