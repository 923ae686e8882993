/** Which requests of programs reach this machine. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ProgramWeb } from "../../src/composition/program-web.js";
import { AddressGuard, OutboundClient } from "../../src/outbound/index.js";

let server: Server;
let guarded: OutboundClient;
let web: ProgramWeb;
let own: string;
let asked: string[];

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (request.url === "/voicetwilio/gather") response.writeHead(302, { location: "/health/live" }).end();
    else response.writeHead(200, { "content-type": "text/xml" }).end("<Response/>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  guarded = new OutboundClient({ guard: new AddressGuard({ allowed: [] }) });
  web = new ProgramWeb(guarded, own);
});
afterEach(async () => {
  await web.close();
  await guarded.close();
  await new Promise((resolve) => server.close(resolve));
});

it("asks the own application on this machine, and nothing else there", async () => {
  expect((await web.request({ url: `${own}/voicetwilio/voice?config=1`, method: "POST", form: [["To", "+1"]] })).status).toBe(200);
  for (const path of ["/health/live", "/voicetwilio", "/voicetwilio/tokens", "/voicetwilio/../health/live", "/voicetwilio/%2e%2e/health/live", "//voicetwilio/voice"]) await expect(web.request({ url: `${own}${path}`, method: "GET" })).rejects.toThrow();
  for (const url of [own.replace("127.0.0.1", "localhost"), own.replace("http:", "https:"), own.replace(/:\d+$/, ""), own.replace("//", "//user@")]) await expect(web.request({ url: `${url}/voicetwilio/voice`, method: "GET" })).rejects.toThrow();
  await expect(web.request({ url: "no url", method: "GET" })).rejects.toThrow();
  expect(asked).toEqual(["/voicetwilio/voice?config=1"]);
});

it("follows no redirect from there", async () => {
  await expect(web.request({ url: `${own}/voicetwilio/gather`, method: "GET" })).rejects.toThrow();
  expect(asked).toEqual(["/voicetwilio/gather"]);
});
