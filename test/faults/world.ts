/** A whole Callplane on a simulated switch of its own, for tests that spoil the switch. */
import { expect } from "vitest";
import type { Fault } from "../../src/simulator/index.js";
import { openStage, type Reply, type Stage, type StageOptions } from "../contract/harness.js";
import { EslClient } from "../lab/esl-client.js";
import { eventually } from "../lab/wait.js";
import { openTappedLab, type TappedLab } from "./tap.js";

export interface World {
  readonly lab: TappedLab;
  readonly stage: Stage;
}

/** Most of these tests wait, several at a time, and a busy machine makes them wait longer. */
export const PATIENT = { timeout: 60_000 } as const;

/** Times towards FreeSWITCH that a test can wait for; everything else is the product's own. */
export const QUICK = { backoffMinMs: 20, backoffMaxMs: 200, pingAfterMs: 400, pingTimeoutMs: 1000, rowLagMs: 250, driftEveryMs: 400, handshakeMs: 2000, unusableMs: 200 } as const;

/** Opens one, runs the test in it, closes it. `environment`: what differs from the contract suite's. */
export async function inWorld(test: (world: World) => Promise<void>, environment: Readonly<Record<string, string>> = {}, options: StageOptions = {}): Promise<void> {
  const lab = await openTappedLab();
  try {
    const stage = await openStage(lab, environment, options);
    try {
      await test({ lab, stage });
    } finally {
      lab.simulator.clearFaults();
      await stage.close();
    }
  } finally {
    await lab.close();
  }
}

/** An operator's own command, and its answer; also as one comes that Callplane has given up. */
export async function byHand(lab: Pick<TappedLab, "simulator" | "eslUrl">, command: string): Promise<string> {
  const operator = await EslClient.connect(lab.simulator.port, decodeURIComponent(new URL(lab.eslUrl.replace(/^esl:/, "http:")).password));
  const answer = await operator.api(command);
  operator.close();
  return answer;
}

/** Runs the work while FreeSWITCH misbehaves. */
export async function during<T>({ lab }: World, faults: readonly Fault[], work: () => Promise<T>): Promise<T> {
  const stops = faults.map((fault) => lab.simulator.fault(fault));
  try {
    return await work();
  } finally {
    for (const stop of stops) stop();
  }
}

export const neverConfirm = (...commands: readonly string[]): Fault[] => commands.map((command) => ({ kind: "never-confirm", command }));

/** The reply and how long it took, milliseconds. */
export async function timed(work: Promise<Reply>): Promise<Reply & { readonly ms: number }> {
  const began = performance.now();
  const reply = await work;
  return { ...reply, ms: performance.now() - began };
}

/** Waits until the parties that have a leg at the switch are these, each as often as it is named. */
export async function legsAtSwitch({ lab }: World, ...parties: readonly string[]): Promise<void> {
  const wanted = [...parties].sort().join(" ");
  const legs = (): string =>
    lab.simulator
      .channels()
      .map(({ party }) => party)
      .sort()
      .join(" ");
  await eventually(`the legs at the switch to be ${wanted}`, () => legs() === wanted, { details: () => `they are ${legs()}` });
}

/** Callplane has written its small state of every leg. */
export async function stateWritten({ stage }: Pick<World, "stage">): Promise<void> {
  await eventually("the state to be written", async () => /^callplane_state_writes_pending 0$/m.test(String((await stage.root.get("/metrics")).body)));
}

/** Waits until Callplane's registry holds as many channels as the switch. */
export async function noDrift({ lab, stage }: World): Promise<void> {
  await eventually("Callplane and the switch to know the same channels", async () => {
    const { body } = await stage.root.get("/api/v2/channels?fields=uuid");
    const known = (body as { data: { rows: { uuid: string }[] } }).data.rows.map(({ uuid }) => uuid).sort();
    return JSON.stringify(known) === JSON.stringify(lab.simulator.channels().map(({ uuid }) => uuid).sort());
  });
}

/** A Timeout, and not before its limit; that it comes at all is what the test waits for. */
export function expectTimeout(reply: Reply & { readonly ms: number }, path: "voicechannel" | "call" | "api" | "v1", limits: { readonly fromMs: number }): void {
  const bodies = { voicechannel: { error: "Timeout" }, call: { status: "gateway timeout" }, api: { status: "error", info: "-ERR Timeout" }, v1: { status: "fail", error: "Timeout" } };
  expect({ status: reply.status, body: reply.body }).toMatchObject({ status: path === "voicechannel" ? 400 : 504, body: bodies[path] });
  expect(reply.ms).toBeGreaterThan(limits.fromMs);
}
