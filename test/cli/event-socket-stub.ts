import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { switchXml } from "./switch-xml.js";

export const PASSWORD = "ClueCon";

/** In a reply: where the stub speaks TLS. */
export const WSS_PORT = "27443";

/** What FreeSWITCH 1.10.12 answered with the configuration of freeswitch-conf, blanks and tabs as they were. */
export const HEALTHY: Readonly<Record<string, string>> = {
  version: "FreeSWITCH Version 1.10.12-release+git~20240802T210227Z~a88d069d6f~64bit (git a88d069 2024-08-02 21:02:27Z 64bit)\n",
  "global_getvar hold_music": "tone_stream://v=-16;%(450,50,262);loops=-1",
  "sofia status":
    "                     Name\t   Type\t                                      Data\tState\n" +
    "=================================================================================================\n" +
    "                acme.example\t  alias\t                                  internal\tALIASED\n" +
    "                 external\tprofile\t             sip:mod_sofia@127.0.0.1:25080\tRUNNING (0)\n" +
    "          external::trunk\tgateway\t               sip:callplane@trunk.example\tNOREG\n" +
    "                 internal\tprofile\t             sip:mod_sofia@127.0.0.1:25060\tRUNNING (0)\n" +
    "=================================================================================================\n2 profiles 1 alias\n",
  "sofia status profile external": "Name             \texternal\nURL              \tsip:mod_sofia@127.0.0.1:25080\n",
  "sofia status profile internal": `Name             \tinternal\nWS-BIND-URL     \tsip:mod_sofia@127.0.0.1:25066;transport=ws\nWSS-BIND-URL     \tsips:mod_sofia@127.0.0.1:${WSS_PORT};transport=wss\n`,
  "sofia status gateway trunk": "Name    \ttrunk\nProxy   \tsip:trunk.example\nPingState\t0/0/0\nState   \tNOREG\nStatus  \tUP\n",
  "show codec as json":
    '{"row_count":3,"rows":[{"type":"codec","name":"G.711 alaw","ikey":"CORE_PCM_MODULE"},{"type":"codec","name":"G.711 ulaw","ikey":"CORE_PCM_MODULE"},{"type":"codec","name":"OPUS (STANDARD)","ikey":"mod_opus"}]}',
  "domain_exists acme.example": "true",
  "user_exists id 1001 acme.example": "true",
  ...switchXml(),
};

export interface EventSocketStub {
  readonly port: number;
  readonly wssPort: number;
  close(): Promise<void>;
}

/**
 * An event socket that knows `replies`; `module_exists` is true unless said otherwise, a gateway that it does not know is `Invalid Gateway!`.
 * `refuse` turns every connection away as the access list does; a reply of null is never sent. `certificate` (fixtures/certificates) is shown at `WSS_PORT`, which is another one in truth.
 */
export async function eventSocketStub(replies: Readonly<Record<string, string | null>> = HEALTHY, options: { readonly refuse?: boolean; readonly certificate?: "named" | "nameless" | "expired" } = {}): Promise<EventSocketStub> {
  const pem = readFileSync(new URL(`../fixtures/certificates/${options.certificate ?? "named"}.pem`, import.meta.url));
  const wss = createTlsServer({ key: pem, cert: pem }, (socket) => socket.on("error", () => socket.destroy()).end()).listen(0, "127.0.0.1");
  await new Promise((resolve) => wss.once("listening", resolve));
  const wssPort = (wss.address() as AddressInfo).port;
  const answer = (line: string): string | null => {
    const known = replies[line];
    if (known !== undefined) return known?.replaceAll(WSS_PORT, String(wssPort)) ?? null;
    if (line.startsWith("module_exists ")) return "true";
    if (line.startsWith("sofia status gateway ")) return "Invalid Gateway!\n";
    return line.startsWith("domain_exists ") || line.startsWith("user_exists ") ? "false" : "-ERR no such command\n";
  };
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    if (options.refuse === true) {
      socket.end("Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n");
      return;
    }
    socket.write("Content-Type: auth/request\n\n");
    let waiting = "";
    socket.on("data", (chunk) => {
      waiting += chunk.toString("utf8");
      for (let end = waiting.indexOf("\n\n"); end !== -1; end = waiting.indexOf("\n\n")) {
        const line = waiting.slice(0, end);
        waiting = waiting.slice(end + 2);
        if (line === `auth ${PASSWORD}`) socket.write("Content-Type: command/reply\nReply-Text: +OK accepted\n\n");
        else if (line.startsWith("auth ")) socket.end("Content-Type: command/reply\nReply-Text: -ERR invalid\n\n");
        else if (line.startsWith("api ")) {
          const body = answer(line.slice(4));
          if (body !== null) socket.write(`Content-Type: api/response\nContent-Length: ${Buffer.byteLength(body)}\n\n${body}`);
        } else socket.end();
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    wssPort,
    close: async () => {
      await Promise.all([server, wss].map((each) => new Promise<void>((resolve) => each.close(() => resolve()))));
    },
  };
}
