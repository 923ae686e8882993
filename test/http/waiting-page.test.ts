/** What a browser and a program are told while Callplane does not serve. */
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Front, type Standing } from "../../src/http/index.js";
import { createMetrics } from "../../src/prometheus.js";
import { CONNECTIONS } from "../support/connection-settings.js";

const HTML = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
let status: Standing["status"];
let front: Front;

beforeAll(async () => {
  const config = { host: "127.0.0.1", port: 0, allowQueryToken: false, metricsToken: null, rateLimitPerMinute: 600, replyMemoryMb: 64, trustProxy: false, publicUrl: null, corsOrigins: [], ...CONNECTIONS };
  front = await Front.open({ config, metrics: createMetrics(), logger: pino({ level: "silent" }), standing: () => ({ status, reason: "Callplane is starting.", nodes: [] }) });
});
afterAll(() => front.close(0));

const open = (path: string, headers: Readonly<Record<string, string>> = HTML, method = "GET") => fetch(front.url + path, { method, headers });

describe("a browser that opens a page of a Callplane which does not serve", () => {
  it.each([["starting", "Callplane is starting."], ["standby", "This Callplane waits"], ["stopping", "is being restarted"]] as const)("is told in words, and tries again by itself: %s", async (standing, words) => {
    status = standing;
    for (const path of ["/", "/login", "/desk", "/calls/5f3c1f5e", "/docs"]) {
      const reply = await open(path);
      const html = await reply.text();
      expect([path, reply.status, reply.headers.get("content-type")]).toEqual([path, 503, "text/html; charset=utf-8"]);
      expect(html).toContain(words);
      expect(html).toContain('<meta http-equiv="refresh" content="2">');
      expect([reply.headers.get("cache-control"), reply.headers.get("retry-after")]).toEqual(["no-store", "2"]);
      expect(reply.headers.get("content-security-policy")).toMatch(/^default-src 'none'; /);
      expect(html).not.toMatch(/<script|<style|style=|src=|href=/);
    }
  });

  it("is told in its own language", async () => {
    status = "starting";
    const told = async (language: string): Promise<string> => (await (await open("/", { ...HTML, "accept-language": language })).text()).match(/<html lang="(\w+)">/)?.[1] ?? "";
    expect([await told("de-AT,de;q=0.9,en;q=0.8"), await told("en-GB,de;q=0.5"), await told("fr"), await told("")]).toEqual(["de", "en", "en", "en"]);
  });
});

it("is told to programs, and to the scripts of pages, as the API tells it", async () => {
  status = "starting";
  for (const [path, accept, method] of [["/", "*/*", "GET"], ["/voicechannel/calls", "application/json", "GET"], ["/session:refresh", "text/html", "POST"]] as const) {
    const reply = await open(path, { accept }, method);
    expect([path, reply.status, reply.headers.get("content-type"), ((await reply.json()) as { readonly error: string }).error]).toEqual([path, 503, "application/json; charset=utf-8", "SwitchUnavailable"]);
  }
  expect((await open("/health/live")).status).toBe(200);
  expect(await (await open("/health/ready")).json()).toMatchObject({ status: "starting" });
});
