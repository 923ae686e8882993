/** REGISTERs at a real FreeSWITCH: one that asks Callplane for each, and one with the same users in its own files. */
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCallplane } from "../../src/callplane.js";
import { loadConfig } from "../../src/config.js";
import { openStore } from "../../src/store/index.js";
import { createProvisionedLab } from "../lab/provisioned.js";
import { createRealLab } from "../lab/real.js";
import { tryToRegister } from "../lab/sip-register.js";
import { eventually } from "../lab/wait.js";
import type { Benchmark, Finding } from "./support/finding.js";
import { inTurn, median, medianRatio } from "./support/measure.js";

const USERS = ["1001", "1002", "1003", "1004", "1005"];
const OTHERS = 10_000;
const REGISTRATIONS = 1000;
/** Phones that register at the same time. */
const AT_ONCE = 32;
const PASSWORD = "a password for the bench";

/** Seconds that they take, each a challenge and its answer. */
async function registerAll(port: number, domain: string, password: string, sequence: () => number): Promise<number> {
  const began = performance.now();
  let next = 0;
  const phone = async (_: unknown, number: number): Promise<void> => {
    for (let index = next++; index < REGISTRATIONS; index = next++) {
      const status = await tryToRegister({ port, domain, password, user: USERS[number % USERS.length] ?? "", phone: { callId: `bench-${number}`, port: 40_000 + number, sequence: sequence() } });
      if (status !== 200) throw new Error(`a registration was answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, phone));
  return (performance.now() - began) / 1000;
}

async function registrar(api: (command: string) => Promise<string>): Promise<number> {
  const port = /URL\s+sip:[^\s@]*@127\.0\.0\.1:(\d+)/.exec(await api("sofia status profile internal"))?.[1];
  if (port === undefined) throw new Error("the profile does not say where it listens");
  return Number(port);
}

async function measure(close: (() => Promise<void>)[]): Promise<Finding[] | { readonly skipped: string }> {
  const provisioned = await createProvisionedLab([]);
  if ("skipped" in provisioned) return provisioned;
  const { lab } = provisioned;
  close.push(() => lab.close());
  const real = await createRealLab();
  if ("skipped" in real) return real;
  close.push(() => real.lab.close());
  const folder = await mkdtemp(join(tmpdir(), "callplane-bench-"));
  close.push(() => rm(folder, { recursive: true, force: true }));

  const domain = "bench.callplane.test";
  const databaseUrl = `file:${join(folder, "callplane.db")}`;
  const store = await openStore(databaseUrl);
  const { id: organizationId } = await store.organizations.create({ name: "bench", domain });
  for (const agentId of [...USERS, ...Array.from({ length: OTHERS }, (_, index) => String(20_000 + index))]) {
    const { id } = await store.agents.create({ organizationId, agentId });
    await store.agents.setSipPassword(id, createHash("md5").update(`${agentId}:${domain}:${PASSWORD}`).digest("hex"));
  }
  await store.close();
  const callplane = await startCallplane(
    loadConfig({ PORT: "0", LOG_LEVEL: "silent", DATABASE_URL: databaseUrl, JWT_SECRET: "0123456789abcdef0123456789abcdef", FREESWITCH_NODES: lab.eslUrl, PROVISIONING_LISTEN: `127.0.0.1:${lab.provisioningPort}`, PROVISIONING_SECRET: lab.secret }),
  );
  close.push(() => callplane.close());
  await eventually("Callplane to be ready", async () => (await fetch(`${callplane.url}/health/ready`)).status === 200);

  const ours = await registrar((command) => lab.api(command));
  const own = await registrar((command) => real.lab.switchEsl.api(command));
  const ownPassword = await real.lab.switchEsl.api("global_getvar default_password");
  let last = 1;
  const sequence = (): number => (last += 2);
  const figures = await inTurn({
    served: () => registerAll(ours, domain, PASSWORD, sequence),
    files: () => registerAll(own, real.lab.domain, ownPassword.trim(), sequence),
  });
  const rate = (seconds: readonly number[]): string => `${Math.round(REGISTRATIONS / median(seconds))} a second`;
  return [
    {
      what: `${REGISTRATIONS} registrations, ${AT_ONCE} phones at once, of ${OTHERS + USERS.length} users served by Callplane, against FreeSWITCH's own files`,
      measured: `${rate(figures.served)}, from files ${rate(figures.files)}`,
      value: medianRatio(figures.served, figures.files),
      unit: "x the time",
      target: { atMost: 3 },
    },
  ];
}

export const registrations: Benchmark = {
  title: "Registrations on a real FreeSWITCH",
  async run() {
    const close: (() => Promise<void>)[] = [];
    try {
      const found = await measure(close);
      if (!("skipped" in found)) return found;
      console.log(`skipped: ${found.skipped}`);
      return [];
    } finally {
      for (const end of close.reverse()) await end();
    }
  },
};
