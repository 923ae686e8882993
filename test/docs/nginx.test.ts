/** The nginx example of docs/: everything goes through it, event streams and WebSockets too. */
import { execFileSync, spawn } from "node:child_process";
import { createServer } from "node:net";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { z } from "zod";
import { inWorld, PATIENT } from "../faults/world.js";
import { eventually } from "../lab/wait.js";
import { temporaryDirectory } from "../support/temporary.js";

const found = (program: string): boolean => {
  try {
    execFileSync(program, ["-v"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};
const hasNginx = found("nginx") && found("openssl");

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port"))));
    });
  });

it("the example is the one that operations.md describes", () => {
  const text = readFileSync("docs/examples/nginx.conf", "utf8");
  for (const line of ["proxy_buffering off;", "proxy_http_version 1.1;", "proxy_set_header Upgrade $http_upgrade;", "proxy_set_header X-Forwarded-For $remote_addr;", "proxy_set_header Host $http_host;"]) expect(text).toContain(line);
});

it.skipIf(!hasNginx)("nginx passes on requests, event streams, WebSockets and the session of a browser", PATIENT, async () =>
  inWorld(
    async ({ stage }) => {
      const folder = temporaryDirectory();
      const port = await freePort();
      mkdirSync(`${folder.path}/logs`);
      execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", `${folder.path}/key`, "-out", `${folder.path}/pem`], { stdio: "ignore" });
      const server = readFileSync("docs/examples/nginx.conf", "utf8")
        .replace("server 127.0.0.1:8080;", `server ${new URL(stage.url()).host};`)
        .replace("listen 443 ssl;", `listen 127.0.0.1:${port} ssl;`)
        .replace(/ssl_certificate .*/, `ssl_certificate ${folder.path}/pem;`)
        .replace(/ssl_certificate_key .*/, `ssl_certificate_key ${folder.path}/key;`);
      const temps = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder.path}/${name};`).join(" ");
      writeFileSync(`${folder.path}/nginx.conf`, `daemon off; pid ${folder.path}/pid; error_log ${folder.path}/logs/error.log; events {} http { access_log off; ${temps} ${server} }`);
      const nginx = spawn("nginx", ["-p", folder.path, "-c", `${folder.path}/nginx.conf`], { stdio: "ignore" });
      try {
        const { Agent, fetch: request } = await import("undici");
        const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
        const url = `https://localhost:${port}`;
        const headers = { authorization: `Bearer ${stage.as.alice.token}` };
        await eventually("nginx to answer", async () => (await request(`${url}/health/ready`, { dispatcher }).catch(() => null))?.status === 200);
        expect((await request(`${url}/me`, { dispatcher, headers })).status).toBe(200);
        const login = await request(`${url}/session`, { method: "POST", dispatcher, headers: { "content-type": "application/json", origin: url }, body: JSON.stringify({ username: "alice", password: "correct horse battery staple" }) });
        expect([login.status, login.headers.get("set-cookie")]).toEqual([200, expect.stringContaining("; Secure")]);
        const stream = await request(`${url}/events`, { dispatcher, headers });
        const first = await stream.body?.getReader().read();
        expect(new TextDecoder().decode(first?.value as Uint8Array | undefined)).toContain("event:");
        const { ticket } = z.object({ ticket: z.string() }).parse((await stage.as.alice.post("/events/tickets")).body);
        const socket = new WebSocket(`${url.replace("https", "wss")}/ws?ticket=${ticket}`, { rejectUnauthorized: false });
        const message = await new Promise<string>((resolve, reject) => {
          socket.once("message", (data: Buffer) => resolve(data.toString()));
          socket.once("error", reject);
        });
        expect(message).toContain("snapshot");
        socket.terminate();
        await dispatcher.destroy();
      } finally {
        nginx.kill("SIGTERM");
        await new Promise((resolve) => nginx.once("exit", resolve));
        folder.remove();
      }
    },
    { TRUST_PROXY: "1" },
  ));
