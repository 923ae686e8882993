/** The other way to list channels: ask the switch each time, parse, filter by tenant, serialise. On a bare HTTP server, with our own fast connection to the switch. */
import { createServer } from "node:http";
import { z } from "zod";
import { EventSocketConnection } from "../../src/freeswitch/index.js";
import { serve } from "./support/child.js";

const start = z.object({ eslPort: z.number(), domain: z.string() });
const reply = z.object({ rows: z.array(z.unknown()).default([]) });

interface Row {
  readonly uuid: string;
  readonly call_uuid: string;
  readonly presence_id: string;
}

const isRow = (row: unknown): row is Row => typeof row === "object" && row !== null && "uuid" in row && "call_uuid" in row && "presence_id" in row;

/** A customer's row does not name its tenant; the agent's leg of the same call does. */
function ofTenant(text: string, domain: string): readonly Row[] {
  const rows = reply.parse(JSON.parse(text)).rows.filter(isRow);
  const calls = new Set(rows.filter((row) => row.presence_id.endsWith(`@${domain}`)).map((row) => row.call_uuid));
  return rows.filter((row) => calls.has(row.call_uuid));
}

let close = async (): Promise<void> => undefined;

serve(
  {
    start: async (argument) => {
      const { eslPort, domain } = start.parse(argument);
      const esl = await EventSocketConnection.open({ name: "naive", host: "127.0.0.1", port: eslPort, password: "bench", handshakeMs: 5000 });
      const server = createServer((_request, response) => {
        void esl.request(["api show channels as json"], { timeoutMs: 30_000 }).then((text) => {
          const rows = ofTenant(text, domain);
          const body = Buffer.from(JSON.stringify({ status: "OK", data: { row_count: rows.length, rows } }));
          response.writeHead(200, { "content-type": "application/json; charset=utf-8", "content-length": body.length }).end(body);
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      close = async () => {
        server.close();
        server.closeAllConnections();
        await esl.close();
      };
      const address = server.address();
      return typeof address === "object" && address !== null ? address.port : 0;
    },
  },
  () => close(),
);
