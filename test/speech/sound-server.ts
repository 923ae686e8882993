/** A web server of sounds, and the product's own client for it. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { AddressGuard, OutboundClient } from "../../src/outbound/index.js";

export interface SoundServer {
  readonly url: string;
  readonly client: OutboundClient;
  readonly requests: IncomingMessage[];
  /** What the requests carried, in order. */
  readonly bodies: Buffer[];
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  close(): Promise<void>;
}

export async function soundServer(): Promise<SoundServer> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      made.requests.push(request);
      made.bodies.push(Buffer.concat(pieces));
      made.answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const client = new OutboundClient({ guard: new AddressGuard({ allowed: ["127.0.0.1"] }) });
  const made: SoundServer = {
    url: `http://127.0.0.1:${address.port}`,
    client,
    requests: [],
    bodies: [],
    answer: (_, response) => void response.writeHead(404).end(),
    close: async () => {
      await client.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return made;
}
