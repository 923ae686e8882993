/** The event socket without Callplane: commands, and the events that prove them. */
import { CHANNEL_EVENT_NAMES, EventSocketConnection } from "../../../src/freeswitch/index.js";

const MUSIC = "tone_stream://%(1000,4000,440);loops=-1";
/** The first header of every event. */
const PROOF = /^Event-Name: (CHANNEL_PARK|CHANNEL_BRIDGE)$/;
const UUID_HEADER = "\nUnique-ID: ";
const UUID_LENGTH = 36;

/** What the event proves, as event name and uuid; null for all other events. */
function proofIn(body: Buffer): string | null {
  const name = PROOF.exec(body.toString("latin1", 0, body.indexOf("\n")))?.[1];
  if (name === undefined) return null;
  const uuidAt = body.indexOf(UUID_HEADER) + UUID_HEADER.length;
  return `${name} ${body.toString("latin1", uuidAt, uuidAt + UUID_LENGTH)}`;
}

export class RawEsl {
  readonly #events: EventSocketConnection;
  readonly #commands: EventSocketConnection;
  readonly #waiting: Map<string, () => void>;

  /** Two sockets, as Callplane has. */
  static async open(port: number): Promise<RawEsl> {
    const waiting = new Map<string, () => void>();
    const common = { name: "raw", host: "127.0.0.1", port, password: "bench", handshakeMs: 5000 };
    const onEvent = (body: Buffer): void => {
      const proof = proofIn(body);
      if (proof === null) return;
      waiting.get(proof)?.();
      waiting.delete(proof);
    };
    const events = await EventSocketConnection.open({ ...common, onEvent });
    // What Callplane subscribes to of channels, so that the switch has the same to tell.
    await events.request([`event plain ${CHANNEL_EVENT_NAMES.join(" ")}`], { timeoutMs: 5000 });
    return new RawEsl(events, await EventSocketConnection.open(common), waiting);
  }

  private constructor(events: EventSocketConnection, commands: EventSocketConnection, waiting: Map<string, () => void>) {
    this.#events = events;
    this.#commands = commands;
    this.#waiting = waiting;
  }

  /** Resolves when each of the channels has had the event. */
  async #seen(event: "CHANNEL_PARK" | "CHANNEL_BRIDGE", uuids: readonly string[]): Promise<void> {
    await Promise.all(uuids.map((uuid) => new Promise<void>((resolve) => this.#waiting.set(`${event} ${uuid}`, resolve))));
  }

  async #api(line: string): Promise<void> {
    const reply = await this.#commands.request([`api ${line}`], { timeoutMs: 5000 });
    if (!reply.startsWith("+OK")) throw new Error(`${line}: ${reply}`);
  }

  /** What `:hold` sends, until it is proved; the music is not waited for. */
  async hold(customer: string, agent: string): Promise<void> {
    await Promise.all([this.#seen("CHANNEL_PARK", [customer, agent]), this.#api(`uuid_transfer ${customer} -both park inline`)]);
    void this.#api(`uuid_broadcast ${customer} ${MUSIC} aleg`);
  }

  /** What `:resume` sends, until it is proved. */
  async resume(customer: string, agent: string): Promise<void> {
    await Promise.all([this.#seen("CHANNEL_BRIDGE", [customer]), this.#api(`uuid_break ${customer} all`), this.#api(`uuid_bridge ${customer} ${agent}`)]);
  }

  async close(): Promise<void> {
    await Promise.all([this.#events.close(), this.#commands.close()]);
  }
}
