/** What lies between a page and FreeSWITCH's WSS port: a relay that can be cut, and that can go silent. It does not look into what it carries. */
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface Cable {
  readonly port: number;
  /** Ends the connections; no new ones until it is mended. */
  cut(): void;
  /** The connections stay, and carry nothing more; new ones neither, until it is mended. What was sent meanwhile is lost with its connection. */
  silence(): void;
  mend(): void;
  close(): Promise<void>;
}

/** `target`: the port, or which it is when a connection is made. */
export async function openCable(target: number | (() => number)): Promise<Cable> {
  /** Bounded by the page's connections. */
  const pairs = new Set<readonly [Socket, Socket]>();
  let state: "good" | "cut" | "silent" = "good";
  const end = (): void => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
    pairs.clear();
  };
  const server = createServer((near) => {
    if (state === "cut") {
      near.destroy();
      return;
    }
    const far = connect({ port: typeof target === "number" ? target : target(), host: "127.0.0.1" });
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [from, to] of [[near, far], [far, near]] as const) {
      from.setNoDelay(true);
      from.on("data", (chunk) => void (state === "good" && to.write(chunk)));
      from.on("error", () => undefined);
      from.on("close", () => {
        to.destroy();
        pairs.delete(pair);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = "cut";
      end();
    },
    silence() {
      state = "silent";
    },
    mend() {
      // A stream that has lost a part is of no use.
      if (state === "silent") end();
      state = "good";
    },
    async close() {
      end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
