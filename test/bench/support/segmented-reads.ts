/** Sockets that read one Ethernet segment at a time, as a reader does that keeps up with the network. */
import net from "node:net";
import { z } from "zod";

const tcpOptions = z.looseObject({ host: z.string(), port: z.number() });

/**
 * Runs `connect` so that each socket which it opens reads at most `bytes` at once (loopback would hand over 64 KB).
 * Ours and stock modesl both open theirs by `net.connect`, so both are fed the same way and neither is changed.
 */
export async function withSegmentedReads<T>(bytes: number, connect: () => Promise<T>): Promise<T> {
  const original = net.connect;
  const segmented = (options: unknown, listener?: () => void): net.Socket => {
    const onread: net.OnReadOpts = {
      buffer: Buffer.alloc(bytes),
      // Without `onread` a socket hands out fresh memory with every read; here the buffer is used again.
      callback: (length, buffer) => socket.emit("data", Buffer.from(buffer.subarray(0, length))),
    };
    const socket: net.Socket = original({ ...tcpOptions.parse(options), onread }, listener);
    return socket;
  };
  if (!Reflect.set(net, "connect", segmented)) throw new Error("net.connect cannot be replaced");
  try {
    return await connect();
  } finally {
    Reflect.set(net, "connect", original);
  }
}
