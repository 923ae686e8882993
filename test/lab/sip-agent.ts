/**
 * A SIP phone of the tests' own, over UDP on loopback: it says in each header what the test wants, also what no honest phone would
 * (RFC 3261, RFC 2617, RFC 3515). Its media is a port that nobody listens to.
 */
import { createHash, randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { parseSip, type SipMessage } from "./sip-message.js";
import { within } from "./wait.js";

export interface SipIdentity {
  readonly user: string;
  readonly domain: string;
  readonly password: string;
}

/** What a request says; by default what an honest phone of `identity` would. */
export interface SipRequest {
  readonly method: string;
  /** The request URI; default the identity's own address, or its domain for REGISTER. */
  readonly uri?: string;
  /** `user@host`. */
  readonly from?: string;
  readonly to?: string;
  readonly headers?: readonly string[];
  readonly body?: { readonly type: string; readonly text: string };
  /** The credentials that a challenge is answered with; null: it is not. */
  readonly credentials?: SipIdentity | null;
}

/** What the phone does with a call for it. */
export type OnInvite =
  | { readonly status: 200 }
  | { readonly status: 180 }
  | { readonly status: number; readonly headers?: readonly string[] };

export interface SipDialog {
  readonly callId: string;
  /** The final status of the INVITE. */
  readonly status: number;
  readonly reply: SipMessage;
  /** Sends a request within the dialog; resolves with its final reply. */
  send(method: string, headers?: readonly string[]): Promise<SipMessage>;
  hangUp(): Promise<void>;
}

const ANSWER_MS = 10_000;
const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
const token = (): string => randomBytes(8).toString("hex");
const CRLF = "\r\n";

export class SipAgent {
  readonly identity: SipIdentity;
  readonly #socket: Socket;
  readonly #registrar: number;
  /** By branch of the request. */
  readonly #waiting = new Map<string, (reply: SipMessage) => void>();
  /** Requests that came, oldest first. */
  readonly received: SipMessage[] = [];
  onInvite: OnInvite = { status: 200 };
  /** The status with which it answers a NOTIFY. */
  onNotify = 200;
  readonly #answered: SipMessage[] = [];
  #registration = { callId: token(), sequence: 1 };

  private constructor(identity: SipIdentity, socket: Socket, registrar: number) {
    this.identity = identity;
    this.#socket = socket;
    this.#registrar = registrar;
    socket.on("message", (data) => this.#take(data.toString("utf8")));
  }

  /** `registrar`: the UDP port on loopback that it talks to; `port`: its own. */
  static async open(identity: SipIdentity, registrar: number, port = 0): Promise<SipAgent> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(port, "127.0.0.1", resolve));
    return new SipAgent(identity, socket, registrar);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** The INVITEs that rang here. */
  get rang(): readonly SipMessage[] {
    return this.received.filter(({ method }) => method === "INVITE");
  }

  close(): void {
    this.#socket.close();
  }

  /** Gives the final status. */
  async register(said: { readonly from?: string; readonly to?: string; readonly expires?: number; readonly contact?: string; readonly credentials?: SipIdentity } = {}): Promise<SipMessage> {
    const { user, domain } = this.identity;
    const registration = this.#registration;
    const reply = await this.#ask({
      method: "REGISTER",
      uri: `sip:${domain}`,
      headers: [`Contact: <${said.contact ?? `sip:${user}@127.0.0.1:${this.port}`}>`, `Expires: ${said.expires ?? 3600}`],
      ...said,
      to: said.to ?? `${user}@${domain}`,
    }, registration.callId, registration.sequence);
    registration.sequence += 2;
    return reply;
  }

  /** Any request outside a dialog; gives the final reply. */
  request(request: SipRequest): Promise<SipMessage> {
    return this.#ask(request, token(), 1);
  }

  /** Resolves with the final reply; an answered call stays up until it is hung up. */
  async call(uri: string, said: Omit<SipRequest, "method" | "uri"> = {}): Promise<SipDialog> {
    const callId = token();
    const tag = token();
    const target = uri.startsWith("sip:") ? uri : `sip:${uri}`;
    const request: SipRequest = { method: "INVITE", to: target.slice(4), body: { type: "application/sdp", text: this.#sdp() }, ...said, uri: target, headers: [this.#contact(), ...(said.headers ?? [])] };
    let sequence = 1;
    let reply = await this.#send(request, { callId, sequence, tag, authorization: null });
    if (reply.status === 401 || reply.status === 407) {
      this.#acknowledge(request, reply, callId, sequence, tag);
      const authorization = this.#answerTo(reply, request);
      if (authorization !== null) reply = await this.#send(request, { callId, sequence: ++sequence, tag, authorization });
    }
    this.#acknowledge(request, reply, callId, sequence, tag);
    const final = reply;
    const inDialog = async (method: string, headers: readonly string[] = []): Promise<SipMessage> => {
      const remote = /<([^>]+)>/.exec(final.header("contact") ?? "")?.[1] ?? target;
      const { from } = request;
      const bodiless: SipRequest = { ...(from === undefined ? {} : { from }), method, uri: remote, headers: [this.#contact(), ...headers], to: final.header("to") ?? "", credentials: this.identity };
      let answer = await this.#send(bodiless, { callId, sequence: ++sequence, tag, authorization: null, rawTo: true });
      const authorization = answer.status === 401 || answer.status === 407 ? this.#answerTo(answer, bodiless) : null;
      if (authorization !== null) answer = await this.#send(bodiless, { callId, sequence: ++sequence, tag, authorization, rawTo: true });
      return answer;
    };
    return {
      callId,
      status: reply.status,
      reply,
      send: inDialog,
      hangUp: async () => {
        await inDialog("BYE");
      },
    };
  }

  /** Answers the newest call that rings here. Throws when none did. */
  answer(): void {
    this.#answer(this.#newestInvite());
  }

  /** Ends the newest call that has rung here: the phone is busy (486) where it still rings. Throws when none did. */
  async hangUp(): Promise<void> {
    const invite = this.#newestInvite();
    if (this.#answered.includes(invite)) await this.sendInAnswered("BYE");
    else this.#reply(invite, 486);
  }

  /** A request within the newest call that this phone has answered. */
  sendInAnswered(method: string, headers: readonly string[] = []): Promise<SipMessage> {
    const invite = this.#answered.at(-1);
    if (invite === undefined) throw new Error("No call was answered here.");
    const remote = /<([^>]+)>/.exec(invite.header("contact") ?? "")?.[1] ?? "";
    const to = invite.header("from") ?? "";
    const from = `${invite.header("to") ?? ""};tag=${this.#tagOf(invite)}`;
    return this.#send({ method, uri: remote, headers: [this.#contact(), ...headers], to }, { callId: invite.header("call-id") ?? "", sequence: 1, tag: "", authorization: null, rawTo: true, rawFrom: from });
  }

  #contact = (): string => `Contact: <sip:${this.identity.user}@127.0.0.1:${this.port}>`;
  #tagOf = (invite: SipMessage): string => md5(invite.header("call-id") ?? "").slice(0, 8);
  #sdp = (): string => ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", "m=audio 9 RTP/AVP 0 101", "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000", "a=sendrecv", ""].join(CRLF);

  async #ask(request: SipRequest, callId: string, sequence: number): Promise<SipMessage> {
    const tag = token();
    const reply = await this.#send(request, { callId, sequence, tag, authorization: null });
    const authorization = reply.status === 401 || reply.status === 407 ? this.#answerTo(reply, request) : null;
    return authorization === null ? reply : this.#send(request, { callId, sequence: sequence + 1, tag, authorization });
  }

  #answerTo(challenge: SipMessage, { method, credentials, uri }: SipRequest): string | null {
    if (credentials === null) return null;
    const { user, domain, password } = credentials ?? this.identity;
    const header = challenge.status === 407 ? "Proxy-Authorization" : "Authorization";
    const nonce = /nonce="([^"]+)"/.exec(challenge.header(challenge.status === 407 ? "proxy-authenticate" : "www-authenticate") ?? "")?.[1];
    if (nonce === undefined) throw new Error(`No nonce: ${challenge.text}`);
    const digestUri = uri ?? `sip:${domain}`;
    const response = md5(`${md5(`${user}:${domain}:${password}`)}:${nonce}:${md5(`${method}:${digestUri}`)}`);
    return `${header}: Digest username="${user}", realm="${domain}", nonce="${nonce}", uri="${digestUri}", response="${response}", algorithm=MD5`;
  }

  #send(request: SipRequest, dialog: { readonly callId: string; readonly sequence: number; readonly tag: string; readonly authorization: string | null; readonly rawTo?: boolean; readonly rawFrom?: string }): Promise<SipMessage> {
    const branch = `z9hG4bK${token()}`;
    const { user, domain } = this.identity;
    const { method, body } = request;
    const lines = [
      `${method} ${request.uri ?? `sip:${domain}`} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${this.port};rport;branch=${branch}`,
      "Max-Forwards: 70",
      `From: ${dialog.rawFrom ?? `<sip:${request.from ?? `${user}@${domain}`}>;tag=${dialog.tag}`}`,
      `To: ${dialog.rawTo === true ? (request.to ?? "") : `<sip:${request.to ?? `${user}@${domain}`}>`}`,
      `Call-ID: ${dialog.callId}`,
      `CSeq: ${dialog.sequence} ${method}`,
      "User-Agent: a phone of the tests",
      ...(request.headers ?? []),
      ...(dialog.authorization === null ? [] : [dialog.authorization]),
      ...(body === undefined ? [] : [`Content-Type: ${body.type}`]),
      `Content-Length: ${Buffer.byteLength(body?.text ?? "")}`,
    ];
    const reply = new Promise<SipMessage>((resolve) => this.#waiting.set(branch, resolve));
    this.#out(`${lines.join(CRLF)}${CRLF}${CRLF}${body?.text ?? ""}`);
    return within(`the answer to ${method}`, method === "INVITE" ? 4 * ANSWER_MS : ANSWER_MS, reply).finally(() => this.#waiting.delete(branch));
  }

  #acknowledge(request: SipRequest, reply: SipMessage, callId: string, sequence: number, tag: string): void {
    const { user, domain } = this.identity;
    const ok = reply.status < 300;
    const uri = ok ? (/<([^>]+)>/.exec(reply.header("contact") ?? "")?.[1] ?? request.uri ?? "") : (request.uri ?? "");
    this.#out(
      [
        `ACK ${uri} SIP/2.0`,
        `Via: ${ok ? `SIP/2.0/UDP 127.0.0.1:${this.port};rport;branch=z9hG4bK${token()}` : (reply.header("via") ?? "").replace(/;received=[^;]*/, "").replace(/;rport=\d+/, ";rport")}`,
        "Max-Forwards: 70",
        `From: <sip:${request.from ?? `${user}@${domain}`}>;tag=${tag}`,
        `To: ${reply.header("to") ?? ""}`,
        `Call-ID: ${callId}`,
        `CSeq: ${sequence} ACK`,
        "Content-Length: 0",
        "",
        "",
      ].join(CRLF),
    );
  }

  #out(text: string): void {
    this.#socket.send(text, this.#registrar, "127.0.0.1");
  }

  #take(text: string): void {
    const message = parseSip(text);
    if (message === null) return;
    if (message.method === null) {
      if (message.status >= 200) this.#waiting.get(/branch=([^;,\s]+)/.exec(message.header("via") ?? "")?.[1] ?? "")?.(message);
      return;
    }
    if (message.method === "ACK") return;
    this.received.push(message);
    if (message.method !== "INVITE") return this.#reply(message, message.method === "NOTIFY" ? this.onNotify : 200);
    const { onInvite } = this;
    if (onInvite.status === 200) return this.#answer(message);
    this.#reply(message, onInvite.status, [this.#contact(), ...("headers" in onInvite ? (onInvite.headers ?? []) : [])].filter((line, position) => onInvite.status < 300 || position > 0));
  }

  #answer(invite: SipMessage): void {
    if (!this.#answered.some((each) => each.header("call-id") === invite.header("call-id"))) this.#answered.push(invite);
    this.#reply(invite, 200, [this.#contact(), "Content-Type: application/sdp"], this.#sdp());
  }

  #newestInvite(): SipMessage {
    const invite = this.rang.at(-1);
    if (invite === undefined) throw new Error("Nothing has rung here.");
    return invite;
  }

  #reply(request: SipMessage, status: number, headers: readonly string[] = [], body = ""): void {
    const to = request.header("to") ?? "";
    this.#out(
      [
        `SIP/2.0 ${status} ${status < 300 ? "OK" : "No"}`,
        ...request.all("via").map((via) => `Via: ${via}`),
        ...request.all("record-route").map((route) => `Record-Route: ${route}`),
        `From: ${request.header("from") ?? ""}`,
        `To: ${/;tag=/.test(to) ? to : `${to};tag=${this.#tagOf(request)}`}`,
        `Call-ID: ${request.header("call-id") ?? ""}`,
        `CSeq: ${request.header("cseq") ?? ""}`,
        ...headers,
        `Content-Length: ${Buffer.byteLength(body)}`,
        "",
        body,
      ].join(CRLF),
    );
  }
}
