/** What the suites do over and over. */
import { expect } from "vitest";
import type { CallView } from "../../../src/calls/types.js";
import { eventually } from "../../lab/wait.js";
import type { Lab, Party } from "../../lab/types.js";
import type { Stage } from "../harness.js";

let customers = 0;

/** A number that no other test calls from, so that tones and lookups are not mixed up. */
export const newCustomer = (): string => `1555123${String(1000 + (customers++ % 9000))}`;

/** That number, as it is shown. */
export const shownAs = (customer: string): string => `+${customer}`;

/** A number that may be dialled, and that no other test dials. */
export const newNumber = (): string => `+1212555${String(1000 + (customers++ % 9000))}`;

export interface Conversation {
  readonly id: string;
  readonly customer: string;
}

/** A customer calls alice's phone and they talk. */
export async function talkingWith(stage: Stage, extension: string, customer = newCustomer()): Promise<Conversation> {
  const id = await stage.lab.callIn({ from: customer, to: extension });
  await stage.as.admin.sees(id, { state: "active", assignedTo: extension });
  return { id, customer };
}

export async function waitingIn(stage: Stage, department: string): Promise<Conversation> {
  const customer = newCustomer();
  const id = await stage.lab.callIn({ from: customer, to: `queue:${department}` });
  await stage.as.admin.sees(id, { state: "queued", department });
  return { id, customer };
}

export async function hears(lab: Lab, listener: Party, ...parties: Party[]): Promise<void> {
  let last: readonly string[] = [];
  await eventually(
    `${listener} to hear ${parties.join(", ") || "nobody"}`,
    async () => {
      last = [...(await lab.hears(listener))].map((party) => party.replace(/^\+/, "")).sort();
      return JSON.stringify(last) === JSON.stringify(parties.map((party) => party.replace(/^\+/, "")).sort());
    },
    { timeoutMs: 15_000, details: () => `heard: ${last.join(", ") || "nobody"}` },
  );
}

export function legOf(call: CallView, agent: string): CallView["legs"][number] {
  const leg = call.legs.find((candidate) => candidate.agent === agent);
  if (leg === undefined) throw new Error(`no leg of ${agent} in ${JSON.stringify(call)}`);
  return leg;
}

export function ok(reply: { readonly status: number; readonly body: unknown }, status = 200): void {
  expect({ status: reply.status, body: reply.status === status ? null : reply.body }).toEqual({ status, body: null });
}

export function refused(reply: { readonly status: number; readonly body: unknown }, status: number, code: string): void {
  expect(reply).toMatchObject({ status, body: { error: code } });
}
