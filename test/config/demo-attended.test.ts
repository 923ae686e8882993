/** Who looks at the demonstration by a console can answer there: the phones of its agents answer by themselves, but not before somebody had the time to. */
import { expect, it } from "vitest";
import { startProcess } from "../support/process.js";
import { temporaryDirectory } from "../support/temporary.js";
import { eventually } from "../lab/wait.js";

interface Call {
  readonly id: string;
  readonly legs: readonly { readonly id: string; readonly agent: string | null; readonly state: string }[];
}

it("lets the phone of an agent ring whose console is open", { timeout: 60_000 }, async () => {
  const folder = temporaryDirectory();
  const running = startProcess({}, folder.path);
  const stop = new AbortController();
  try {
    const url = await running.url();
    const ask = async (method: string, path: string, token: string, body?: object): Promise<{ readonly status: number; readonly body: unknown }> => {
      const reply = await fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      return { status: reply.status, body: await reply.json().catch(() => null) };
    };
    const login = async (username: string): Promise<string> => ((await ask("POST", "/login", "", { username, password: "demo" })).body as { readonly token: string }).token;
    const [alice, bob] = [await login("alice"), await login("bob")];
    const { ticket } = (await ask("POST", "/events/tickets", alice, { presence: true })).body as { readonly ticket: string };
    const stream = await fetch(`${url}/events?ticket=${ticket}`, { signal: stop.signal });
    expect(stream.status).toBe(200);
    const ended: string[] = [];
    const call = async (who: string, token: string): Promise<number> => {
      const { status } = await ask("POST", "/voicechannel/calls", token, { type: "phonenumber", to: "+12125550199" });
      ended.push(who);
      return status;
    };
    const alices = call("alice", alice);
    const rings = await eventually("alice's phone to ring", async () => {
      const { items } = (await ask("GET", "/voicechannel/calls", alice)).body as { readonly items: readonly Call[] };
      return items.flatMap(({ id, legs }) => legs.flatMap((leg) => (leg.agent === "1001" && leg.state === "ringing" ? [{ id, leg: leg.id }] : [])))[0];
    });
    // Nobody looks at bob's calls: his phone answers as soon as it can.
    expect(await call("bob", bob)).toBe(201);
    expect(ended).toEqual(["bob"]);
    expect((await ask("POST", `/voicechannel/calls/${rings.id}/legs/${rings.leg}:answer`, alice)).status).toBe(200);
    expect(await alices).toBe(201);
  } finally {
    stop.abort();
    await running.kill();
    folder.remove();
  }
});
