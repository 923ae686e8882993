/** A TCP connection that speaks HTTP badly on purpose. */
import { connect, type Socket } from "node:net";

export interface RawConnection {
  readonly socket: Socket;
  /** Its own port, also after its end, and the server's. */
  readonly port: number;
  readonly serverPort: number;
  /** Whether the other side has ended it. */
  readonly isClosed: boolean;
  /** What was read so far. */
  readonly text: string;
  /** The statuses of the replies that were read so far. */
  readonly statuses: readonly number[];
  write(text: string): void;
  close(): void;
}

/** `reading: false`: takes nothing of what it is sent. */
export async function rawConnection(url: string, { reading }: { readonly reading: boolean }): Promise<RawConnection> {
  const { hostname, port: serverPort } = new URL(url);
  const socket = connect({ port: Number(serverPort), host: hostname.replace(/^\[|\]$/g, "") });
  let closed = false;
  let text = "";
  // `close` waits for data that nobody reads, an error does not; and the other side's FIN shows only to who reads.
  socket.on("error", () => (closed = true));
  socket.on("close", () => (closed = true));
  if (reading) socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  else socket.pause();
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  // A server that ends it with data unread makes a pending write fail, and then Node.js knows the port no more.
  const port = socket.localPort;
  if (port === undefined) throw new Error(`The connection to ${url} was ended as soon as it was made.`);
  return {
    socket,
    port,
    serverPort: Number(serverPort),
    get isClosed() {
      return closed;
    },
    get text() {
      return text;
    },
    get statuses() {
      return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
    },
    write: (what) => void socket.write(what),
    close: () => void socket.destroy(),
  };
}

export const get = (path: string, headers: Readonly<Record<string, string>> = {}): string =>
  [`GET ${path} HTTP/1.1`, "Host: x", ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), "", ""].join("\r\n");
