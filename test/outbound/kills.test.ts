/** The process that delivers is killed at random moments: whatever it said was kept arrives, in the order of its lane. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, expect, inject, it } from "vitest";
import { openStore } from "../../src/store/index.js";
import { delay, eventually } from "../lab/wait.js";
import { startOwned, type Started } from "../support/started.js";
import { outboundOf, storeOf } from "../support/build.js";
import { temporaryDirectory } from "../support/temporary.js";
import { receiver, type Receiver } from "./support.js";

const LANES = 5;
const KILLS = 6;

const program = (product: string): string => `
import { randomUUID } from "node:crypto";
import { openStore } from ${JSON.stringify(pathToFileURL(storeOf(product)).href)};
import { AddressGuard, Deliveries, OutboundClient } from ${JSON.stringify(pathToFileURL(outboundOf(product)).href)};
const [database, url, organizationId, begin] = process.argv.slice(2);
const store = await openStore(database);
const client = new OutboundClient({ guard: new AddressGuard({ allowed: ["127.0.0.1"] }) });
const logger = { debug() {}, info() {}, warn() {}, error() {} };
const clock = { now: () => Date.now(), every: (ms, work) => { const timer = setInterval(work, ms); return () => clearInterval(timer); } };
const deliveries = await Deliveries.open({ store: store.deliveries, owner: randomUUID(), sightings: { note() {}, isDoubtful: () => false, isDead: () => false }, client, signing: () => ({}), clock, logger, metrics: { deliveryEnded() {} }, limits: { retry: { minMs: 10, maxMs: 50 } } });
process.stdout.write("open\\n");
if (begin !== "none") for (let n = Number(begin); ; n++) {
  await Promise.all(Array.from({ length: ${LANES} }, (_, lane) => deliveries.enqueue({ organizationId: Number(organizationId), lane: "L" + lane, kind: "callback", url: url + "/L" + lane, method: "POST", form: [["n", String(n)]], sign: false })
    .then(() => process.stdout.write("kept L" + lane + " " + n + "\\n"))));
}
`;

let server: Receiver | null = null;
let started: Started | null = null;
const folder = temporaryDirectory();
afterEach(async () => {
  await started?.kill();
  await server?.close();
  folder.remove();
});

it("loses nothing that was kept, and keeps the order, over kills at random moments", async () => {
  // Every seventh fails, so that retries are met too.
  let count = 0;
  server = await receiver((_request, response) => {
    response.writeHead(++count % 7 === 0 ? 500 : 200).end();
  });
  const { url, received } = server;
  const database = `file:${join(folder.path, "a.db")}`;
  const store = await openStore(database);
  const { id } = await store.organizations.create({ name: "acme", domain: "acme.example" });
  await store.close();
  const script = join(folder.path, "deliver.mjs");
  writeFileSync(script, program(inject("product")));
  const kept: string[] = [];
  const run = (begin: string): { readonly isOpen: () => boolean } => {
    let output = "";
    started = startOwned(process.execPath, [script, database, url, String(id), begin], { cwd: folder.path, env: { PATH: process.env.PATH ?? "" } });
    started.child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const lines = output.split("\n");
      output = lines.pop() ?? "";
      for (const line of lines) if (line.startsWith("kept ")) kept.push(line.slice(5));
    });
    let isOpen = false;
    started.child.stdout.once("data", () => (isOpen = true));
    return { isOpen: () => isOpen };
  };
  for (let kill = 0; kill < KILLS; kill++) {
    const before = kept.length;
    const { isOpen } = run(String(kill * 100_000));
    await eventually("it to be open", isOpen, { everyMs: 2 });
    await eventually("some to be kept", () => kept.length > before, { everyMs: 1 });
    await delay(Math.random() * 60);
    await started?.kill();
  }
  const all = new Set(kept);
  const { isOpen } = run("none");
  await eventually("it to be open", isOpen);
  const arrivedOf = (): ReadonlySet<string> => new Set(received.map(({ path, body }) => `${path.slice(1)} ${new URLSearchParams(body).get("n")}`));
  await eventually("all that was kept to arrive", () => {
    const arrived = arrivedOf();
    return [...all].every((each) => arrived.has(each));
  }, { timeoutMs: 60_000, details: () => `${arrivedOf().size} of ${all.size} arrived` });
  expect(all.size).toBeGreaterThan(KILLS);
  // Of what comes several times, the first counts.
  for (let lane = 0; lane < LANES; lane++) {
    const seen = [...new Set(received.filter(({ path }) => path === `/L${lane}`).map(({ body }) => Number(new URLSearchParams(body).get("n"))))];
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  }
});
