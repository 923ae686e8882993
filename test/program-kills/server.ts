/** The application of a run, which outlives the kills: documents of every kind of program, a bot for streams, and what it was told. */
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { wavOf } from "../lab/tones.js";
import { ProgramServer, type Asked } from "../twiml/engine/program-server.js";

/** What a caller's program does; the first word of a kind with variants decides. */
export const KINDS = ["say", "gather", "number", "busy", "silent", "whisper", "recorded", "client", "busy client", "conference", "queue", "desk", "department", "record", "stream", "copied"] as const;
export type Kind = (typeof KINDS)[number];

export interface Scene {
  readonly kind: Kind;
  /** A number outside that is dialled, or the name of a conference or queue. */
  readonly target: string;
  /** In a conference: it ends when this one leaves. */
  readonly moderator: boolean;
}

const EVENTS = 'statusCallback="/status" statusCallbackEvent="initiated ringing answered completed"';
const AGAIN = "<Redirect>/again</Redirect>";
const TONE_MS = 2000;
/** A stream of one direction. */
const COPY = "/copy";

export class Application {
  readonly #server: ProgramServer;
  readonly #bot: WebSocketServer;
  /** By the caller's number, or by the name that a call of the API has. Bounded by the callers of a run. */
  readonly scenes = new Map<string, Scene>();

  private constructor(server: ProgramServer, bot: WebSocketServer) {
    this.#server = server;
    this.#bot = bot;
  }

  static async open(): Promise<Application> {
    const server = await ProgramServer.open();
    const bot = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await new Promise<void>((resolve) => bot.once("listening", resolve));
    // It says what it hears, where it may.
    bot.on("connection", (socket, { url }) => {
      socket.on("error", () => socket.terminate());
      socket.on("message", (data) => {
        const { event, streamSid, media } = JSON.parse(Buffer.isBuffer(data) ? data.toString("utf8") : "{}") as { event?: string; streamSid?: string; media?: { payload: string } };
        if (event === "media" && url !== COPY) socket.send(JSON.stringify({ event, streamSid, media: { payload: media?.payload } }));
      });
    });
    const application = new Application(server, bot);
    application.#answer();
    return application;
  }

  get asked(): readonly Asked[] {
    return this.#server.asked;
  }

  url(path: string): string {
    return this.#server.url(path);
  }

  async close(): Promise<void> {
    for (const socket of this.#bot.clients) socket.terminate();
    await new Promise<void>((resolve) => this.#bot.close(() => resolve()));
    await this.#server.close();
  }

  #answer(): void {
    const samples = Buffer.alloc(16 * TONE_MS);
    for (let at = 0; at < samples.length / 2; at++) samples.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * 455 * at) / 8000)), at * 2);
    const tone = { type: "audio/wav", body: wavOf(samples) };
    this.#server.on("/tone.wav", () => tone);
    this.#server.on("/voice", (asked) => this.#document(asked));
    this.#server.on("/again", () => `<Say>Again</Say><Play>/tone.wav</Play><Pause length="1"/>${AGAIN}`);
    this.#server.on("/after", () => `<Say>Over</Say>${AGAIN}`);
    this.#server.on("/fallback", () => `<Say>Sorry</Say>${AGAIN}`);
    this.#server.on("/wait", () => "<Say>Please wait</Say><Play>/tone.wav</Play>");
    this.#server.on("/wait-on", () => "<Say>Please wait</Say><Play>/tone.wav</Play><Redirect>/wait-on</Redirect>");
    this.#server.on("/whisper", () => "<Say>A caller</Say>");
    this.#server.on("/pressed", () => `<Say>Thanks</Say><Redirect>/voice</Redirect>`);
    for (const path of ["/status", "/conference", "/recorded"]) this.#server.on(path, () => ({ type: "text/plain", body: "" }));
  }

  #document({ path, form }: Asked): string {
    const name = new URLSearchParams(path.split("?")[1]).get("scene") ?? form["From"] ?? "";
    const { kind, target, moderator } = this.scenes.get(name) ?? { kind: "say", target: "", moderator: false };
    const number = `<Number ${EVENTS}>${target}</Number>`;
    switch (kind) {
      case "gather":
        return `<Gather numDigits="1" timeout="2" action="/pressed"><Say>Press a key</Say></Gather><Redirect>/voice</Redirect>`;
      case "number":
      case "busy":
      case "silent":
        return `<Dial timeout="8" action="/after">${number}</Dial>`;
      case "whisper":
        return `<Dial timeout="8" action="/after"><Number url="/whisper" ${EVENTS}>${target}</Number></Dial>`;
      case "recorded":
        return `<Dial timeout="8" action="/after" record="record-from-answer" recordingStatusCallback="/recorded">${number}</Dial>`;
      case "client":
      case "busy client":
        return `<Dial timeout="8" action="/after"><Client ${EVENTS}>${target}</Client></Dial>`;
      case "conference":
        return `<Dial action="/after"><Conference beep="false" waitUrl="/wait-on" ${moderator ? 'endConferenceOnExit="true" participantLabel="moderator"' : ""} statusCallback="/conference" statusCallbackEvent="start end join leave mute hold modify">${target}</Conference></Dial>`;
      case "queue":
        return `<Enqueue waitUrl="/wait" action="/after">${target}</Enqueue>`;
      case "desk":
        return `<Say>Next</Say><Dial action="/after" timeout="10"><Queue>${target}</Queue></Dial>${AGAIN}`;
      case "department":
        return '<Enqueue waitUrl="/wait" action="/after">support</Enqueue>';
      case "record":
        return '<Record timeout="0" maxLength="120" finishOnKey="" action="/after" recordingStatusCallback="/recorded"/>';
      case "stream":
        return `<Connect><Stream url="${this.#streamUrl("/")}"/></Connect>${AGAIN}`;
      case "copied":
        return `<Start><Stream url="${this.#streamUrl(COPY)}"/></Start>${AGAIN}`;
      case "say":
        return `<Say>Hello</Say><Play>/tone.wav</Play><Pause length="1"/><Redirect>/voice</Redirect>`;
    }
  }

  #streamUrl(path: string): string {
    return `ws://127.0.0.1:${(this.#bot.address() as AddressInfo).port}${path}`;
  }
}
