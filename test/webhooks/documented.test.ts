/** The verification that docs/webhooks.md shows, run as it stands there. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newSecret, signedHeaders } from "../../src/webhooks/index.js";
import { temporaryDirectory } from "../support/temporary.js";

const folder = temporaryDirectory();
let verify: (secret: string, headers: Readonly<Record<string, string | undefined>>, body: string, nowS?: number) => boolean;
beforeAll(async () => {
  const [, code] = /```js verify\n(.*?)```/s.exec(readFileSync(new URL("../../docs/webhooks.md", import.meta.url), "utf8")) ?? [];
  const path = join(folder.path, "verify.mjs");
  writeFileSync(path, code ?? "");
  ({ verify } = (await import(pathToFileURL(path).href)) as { verify: typeof verify });
});
afterAll(() => folder.remove());

const body = JSON.stringify({ id: null, type: "webhook.test", data: { name: "Zoë" } });
const now = Math.floor(Date.now() / 1000);
const [secret, other] = [newSecret(), newSecret()];
const message = { id: "m1", timestamp: now, body };

it("accepts what is signed with the secret, alone or beside another", () => {
  expect(verify(secret, signedHeaders([secret], message), body)).toBe(true);
  expect(verify(secret, signedHeaders([other, secret], message), body)).toBe(true);
});

it("refuses another secret, body, id or moment, and a request without a signature", () => {
  const headers = signedHeaders([secret], message);
  expect(verify(other, headers, body)).toBe(false);
  expect(verify(secret, headers, `${body} `)).toBe(false);
  expect(verify(secret, { ...headers, "webhook-id": "m2" }, body)).toBe(false);
  expect(verify(secret, { ...headers, "webhook-timestamp": String(now + 1) }, body)).toBe(false);
  for (const name of Object.keys(headers)) expect(verify(secret, { ...headers, [name]: undefined }, body)).toBe(false);
  expect(verify(secret, { ...headers, "webhook-signature": "v1," }, body)).toBe(false);
});

it("refuses what was signed more than five minutes ago, or ahead", () => {
  for (const [timestamp, accepted] of [[now - 290, true], [now - 310, false], [now + 290, true], [now + 310, false]] as const) {
    expect(verify(secret, signedHeaders([secret], { ...message, timestamp }), body, now)).toBe(accepted);
  }
});
