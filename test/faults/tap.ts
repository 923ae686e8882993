/** A wire between Callplane and the simulated switch on which every command can be read. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { openSimulatedLab, type SimulatedLab } from "../lab/simulated.js";

/** What Callplane says by itself: login, subscription, the lists of the drift check and its questions, and its own small state on a channel. */
const HOUSEKEEPING = [
  /^auth /,
  /^exit$/,
  /^event plain /,
  /^api version$/,
  /^api global_getvar /,
  /^api show (?:channels|registrations|tasks) as json$/,
  /^sendevent (?:ADD|DEL)_SCHEDULE\n/,
  /^api uuid_dump [0-9a-f-]{36} json$/,
  /^api uuid_setvar [0-9a-f-]{36} (?:presence_data|execute_on_media_timeout(?:_end)?) /,
  /^sendmsg [0-9a-f-]{36}\n(?=[^]*execute-app-name: set\n)/,
];

export class Tap {
  /** Everything that was sent, as it was sent, each a command with its header lines. */
  readonly sent: string[] = [];
  /** How often somebody connected. */
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** What FreeSWITCH has sent to each client since it is held back; null while it is not. */
  #held: Map<Socket, Buffer[]> | null = null;
  /** Those that have asked for events. */
  readonly #listening = new Set<Socket>();
  #holdsEventsAlone = false;

  #after: string | null = null;

  private constructor(target: { readonly host: string; readonly port: number }) {
    this.#server = createServer((client) => {
      this.connections++;
      const upstream = connect(target.port, target.host);
      this.#keep(client, upstream);
      let text = "";
      client.on("data", (chunk: Buffer) => {
        text += chunk.toString("latin1");
        const commands = text.split("\n\n");
        text = commands.pop() ?? "";
        this.sent.push(...commands);
        if (commands.some((command) => command.startsWith("event plain "))) this.#listening.add(client);
      });
      client.pipe(upstream);
      upstream.on("data", (chunk: Buffer) => {
        const passes = this.#passes(chunk, client);
        if (passes > 0) client.write(chunk.subarray(0, passes));
        if (passes < chunk.length) this.#held?.set(client, [...(this.#held.get(client) ?? []), chunk.subarray(passes)]);
      });
      upstream.on("end", () => client.end());
    });
  }

  /** Until the function that it gives is called, nothing that FreeSWITCH sends arrives, or no event of what it sends; then all of a connection arrives at once, as on a busy machine. */
  holdBack(what: "all" | "events" = "all"): () => void {
    this.#holdsEventsAlone = what === "events";
    this.#held = new Map();
    return () => this.#release();
  }

  /** As `holdBack`, from the end of the first message on in which this is written. */
  holdBackAfter(text: string): () => void {
    this.#after = text;
    return () => {
      this.#after = null;
      this.#release();
    };
  }

  /** How many bytes of it arrive at once. */
  #passes(chunk: Buffer, client: Socket): number {
    if (this.#held !== null) return this.#holdsEventsAlone && !this.#listening.has(client) ? chunk.length : 0;
    const at = this.#after === null ? -1 : chunk.indexOf(this.#after);
    if (at < 0) return chunk.length;
    this.#after = null;
    this.#holdsEventsAlone = false;
    this.#held = new Map();
    const next = chunk.indexOf("Content-Length:", at);
    return next < 0 ? chunk.length : next;
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const [client, chunks] of held) client.write(Buffer.concat(chunks));
  }

  static async open(target: { readonly host: string; readonly port: number }): Promise<Tap> {
    const tap = new Tap(target);
    await new Promise<void>((resolve) => tap.#server.listen(0, "127.0.0.1", resolve));
    return tap;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** What was sent since the mark (a length of `sent`) that somebody must have asked for. */
  commands(since = 0): string[] {
    return this.sent.slice(since).filter((line) => !HOUSEKEEPING.some((own) => own.test(line)));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #keep(...pair: readonly Socket[]): void {
    for (const socket of pair) {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        this.#listening.delete(socket);
        for (const other of pair) other.destroy();
      });
    }
  }
}

export interface TappedLab extends SimulatedLab {
  readonly tap: Tap;
}

/** The simulated lab with a tap on its event socket. */
export async function openTappedLab(): Promise<TappedLab> {
  const lab = await openSimulatedLab();
  const tap = await Tap.open(lab.simulator);
  return {
    ...lab,
    tap,
    eslUrl: lab.eslUrl.replace(/:\d+$/, `:${tap.port}`),
    close: async () => {
      await tap.close();
      await lab.close();
    },
  };
}
