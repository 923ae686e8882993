/**
 * The README's walk by a client that is generated from the document: it is type-checked against it (`callplane.d.ts`, made by openapi-typescript) and run
 * on the demonstration by `../generated.test.ts`. Alone it has no types, so the project's checks leave it out.
 */
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./callplane.js";
import type { components as eventComponents } from "./events.js";

/** As docs/integrating.md has it. */
type Schemas = eventComponents["schemas"];
type LiveEvent = { [Name in keyof Schemas]: Name extends `${string}Event` ? Schemas[Name] : never }[keyof Schemas];

/** What a console would make of it: the compiler knows each event by its type. */
function shown(event: LiveEvent): string {
  if (event.type === "snapshot") return `${event.type} of ${event.data.calls.length > 0 ? "calls" : "nothing"}`;
  return event.type === "call.updated" ? `${event.type} ${event.data.call.id}` : event.type;
}

type Call = components["schemas"]["Call"];
type NewCallLog = NonNullable<paths["/voiceconfig/calllogs"]["post"]["requestBody"]>["content"]["application/json"];
/** What has a default may be left out of a request, and is in every reply. */
export const LEAST_OF_A_RECORD: NewCallLog = { direction: "inbound", from: "+12125550100", to: "1001", startedAt: "2026-01-31T12:00:00Z" };
export const statusOf = ({ status }: components["schemas"]["CallLog"]): string => status;
type Api = Client<paths>;

const baseUrl = process.argv[2] ?? "";
const LIMIT_MS = 30_000;

async function loggedIn(username: string): Promise<Api> {
  const { data, error } = await createClient<paths>({ baseUrl }).POST("/login", { body: { username, password: "demo" } });
  if (error !== undefined) throw new Error(`${error.error}: ${error.message}`);
  return createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${data.token}` } });
}

/** What the operation answers once it succeeds: the demonstration's callers come and go. */
async function eventually<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
  const until = Date.now() + LIMIT_MS;
  for (;;) {
    const found = await ask();
    if (found !== null) return found;
    if (Date.now() > until) throw new Error(`${what}: not within ${LIMIT_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function done(step: string, { response, error }: { readonly response: Response; readonly error?: unknown }): void {
  if (error !== undefined || !response.ok) throw new Error(`${step}: ${response.status} ${JSON.stringify(error)}`);
  console.log(step);
}

const [alice, bob, carol, admin] = await Promise.all(["alice", "bob", "carol", "admin"].map(loggedIn));
if (alice === undefined || bob === undefined || carol === undefined || admin === undefined) throw new Error("nobody is there");

const call: Call = await eventually("alice's call", async () => (await alice.GET("/voicechannel/calls", { params: { query: { state: "active" } } })).data?.items[0] ?? null);
console.log("calls", call.direction);
const channels = await carol.GET("/api/v2/channels");
done("channels", channels);
if ((channels.data?.data.row_count ?? 0) < 2) throw new Error("carol sees no channels");

const path = { params: { path: { id: call.id } } };
done("hold", await alice.POST("/voicechannel/calls/{id}:hold", path));
done("resume", await alice.POST("/voicechannel/calls/{id}:resume", path));

const refused = await bob.POST("/voicechannel/calls/{id}:hold", path);
const code: components["schemas"]["Error"]["error"] | undefined = refused.error?.error;
if (refused.response.status !== 403 || code !== "NotYourCall") throw new Error(`bob: ${refused.response.status} ${code}`);
console.log("refused", code);

done("transfer", await alice.POST("/voicechannel/calls/{id}:transfer", { ...path, body: { type: "client", to: "1002" } }));
done("whisper", await carol.POST("/voicechannel/calls/{id}:supervise", { ...path, body: { mode: "whisper" } }));
done("barge", await carol.POST("/voicechannel/calls/{id}:supervise", { ...path, body: { mode: "barge" } }));
const supervised = await carol.GET("/voicechannel/calls/{id}", path);
done("supervised", supervised);
if (supervised.data?.supervision[0]?.mode !== "barge") throw new Error("nobody barges");

const lines = await admin.GET("/voiceconfig/phonelines");
const configs = await admin.GET("/voiceconfig/configs", { params: { query: { limit: 10 } } });
console.log("line", lines.data?.items[0]?.phoneNumber, configs.data?.items[0]?.menu === null ? "without" : "with", "menu");

await eventually("a waiting caller", async () => {
  const { data, response } = await alice.POST("/call/pickup");
  if (data === undefined && response.status !== 404 && response.status !== 409) throw new Error(`pickup: ${response.status}`);
  return data?.call ?? null;
});
console.log("pickup");

const events = await carol.GET("/events", { parseAs: "stream" });
const reader = events.data?.pipeThrough(new TextDecoderStream()).getReader();
const { value = "" } = (await reader?.read()) ?? {};
await reader?.cancel();
console.log(/event: (\w+)/.exec(value)?.[0] ?? `no event: ${value.slice(0, 80)}`);

// The demonstration at work: bob ends his calls, goes online, and the longest waiting caller of support rings his phone; after that he has a wrap-up.
const first: LiveEvent = JSON.parse(/^data: (.*)$/m.exec(value)?.[1] ?? "null");
console.log(shown(first));
const bobs = { params: { path: { agentid: "1002" } } };
const mine = async () => (await bob.GET("/voicechannel/agents/{agentid}", bobs)).data;
done("online", await bob.POST("/voicechannel/agents/{agentid}/status", { ...bobs, body: { status: "online" } }));
for (const id of (await mine())?.calls ?? []) await bob.POST("/voicechannel/calls/{id}:hangup", { params: { path: { id } } });
const taken = await eventually("a caller of support", async () => {
  // A console that is there.
  await bob.POST("/voicechannel/agents/{agentid}/heartbeats", bobs);
  const found = (await bob.GET("/voicechannel/calls", { params: { query: { state: "active", agent: "1002" } } })).data?.items.find(({ department }) => department === "support");
  return found ?? null;
});
done("lunch after it", await bob.POST("/voicechannel/agents/{agentid}/status", { ...bobs, body: { status: "away", reason: "lunch" } }));
done("hangup", await bob.POST("/voicechannel/calls/{id}:hangup", { params: { path: { id: taken.id } } }));
const wrapping = await eventually("the wrap-up", async () => {
  const agent = await mine();
  return agent?.wrapUp?.callId === taken.id ? agent : null;
});
console.log("wrap-up, then", wrapping.next?.status, wrapping.next?.reason);
const recording = await eventually("the recording", async () => (await bob.GET("/voiceconfig/recordings")).data?.items.find(({ callId, endedAt }) => callId === taken.id && endedAt !== null) ?? null);
const grant = (await bob.POST("/voiceconfig/recordings/{id}:grant", { params: { path: { id: recording.id } } })).data;
const sound = Buffer.from(await (await fetch(`${baseUrl}${grant?.url ?? ""}`)).arrayBuffer());
console.log("recording", sound.toString("latin1", 0, 4), sound.length > 44 ? "with sound" : "empty");
