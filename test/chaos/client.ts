/** A person's or a program's way to Callplane; what comes back is judged at once. */
import type { Callplane } from "./callplane.js";
import type { Journal } from "./journal.js";
import { ORGANIZATIONS, type Organization } from "./people.js";

export interface Answer {
  /** 0: no reply. */
  readonly status: number;
  readonly body: unknown;
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** Milliseconds that a reply may take; a phone rings for `RING_TIMEOUT_S` besides. Several confirmations of 3 s each may follow one another, and acts on one call wait for each other. */
export const LIMIT_MS = { read: 5000, act: 20_000, ring: 45_000 } as const;
const EXPECTED = new Set([200, 201, 204, 400, 401, 403, 404, 409, 429, 503, 504]);

/** FreeSWITCH gives legs that it calls in the same moment the same one (sofia-sip makes it from the clock), whosever they are. */
const CALL_ID = /"sipCallId":"[^"]*"/g;

/** Who may see which uuid: whoever is shown it first. */
export class Tenants {
  /** Bounded by the uuids of a run. */
  readonly #owners = new Map<string, Organization>();

  /** What of another organization stands in what this one was shown. */
  foreign(organization: Organization, text: string): string[] {
    const found: string[] = [];
    for (const [uuid] of text.replace(CALL_ID, "").matchAll(UUID)) {
      const owner = this.#owners.get(uuid);
      if (owner === undefined) this.#owners.set(uuid, organization);
      else if (owner !== organization) found.push(`${uuid} of ${owner.name}`);
    }
    for (const other of ORGANIZATIONS) if (other !== organization && (text.includes(other.numbers) || text.includes(other.domain))) found.push(`a number or the domain of ${other.name}`);
    return found;
  }
}

export interface Shared {
  readonly callplane: Callplane;
  readonly journal: Journal;
  readonly tenants: Tenants;
}

export class Client {
  readonly #shared: Shared;
  readonly name: string;
  /** Null: root. */
  readonly organization: Organization | null;
  token = "";

  constructor(shared: Shared, name: string, organization: Organization | null) {
    this.#shared = shared;
    this.name = name;
    this.organization = organization;
  }

  get = (path: string): Promise<Answer> => this.request("GET", path, undefined, LIMIT_MS.read);
  post = (path: string, body?: unknown, limitMs: number = LIMIT_MS.act): Promise<Answer> => this.request("POST", path, body, limitMs);
  put = (path: string, body?: unknown): Promise<Answer> => this.request("PUT", path, body, LIMIT_MS.act);

  /** Logs in; throws when it is refused. */
  async login(username: string, password: string): Promise<this> {
    const { status, body } = await this.post("/login", { username, password });
    if (status !== 200) throw new Error(`login of ${username}: ${status} ${JSON.stringify(body)}`);
    this.token = (body as { token: string }).token;
    return this;
  }

  /** The whole list behind a path of the native family; null when there was no reply. */
  async list<T>(path: string): Promise<readonly T[] | null> {
    const { status, body } = await this.get(`${path}${path.includes("?") ? "&" : "?"}limit=1000`);
    return status === 200 ? (body as { items: T[] }).items : null;
  }

  async request(method: string, path: string, body: unknown, limitMs: number): Promise<Answer> {
    const { callplane, journal } = this.#shared;
    const began = performance.now();
    let status = 0;
    let text = "";
    let failure = "";
    try {
      const response = await fetch(`${callplane.url()}${path}`, {
        method,
        headers: { ...(this.token === "" ? {} : { authorization: `Bearer ${this.token}` }), ...(body === undefined ? {} : { "content-type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(limitMs * 3),
      });
      text = await response.text();
      status = response.status;
    } catch (error) {
      failure = error instanceof Error ? `${error.message} ${error.cause instanceof Error ? error.cause.message : ""}` : String(error);
    }
    journal.requests += 1;
    // A refusal may name what was asked for.
    const told = (path.match(UUID) ?? []).reduce((left, uuid) => left.replaceAll(uuid, ""), text);
    this.#judge(`${method} ${path.replace(UUID, "<uuid>").replace(/\?.*/, "")}`, { status, text: told, failure, ms: performance.now() - began, limitMs, from: began });
    return { status, body: parsed(text) };
  }

  #judge(what: string, { status, text, failure, ms, limitMs, from }: { readonly status: number; readonly text: string; readonly failure: string; readonly ms: number; readonly limitMs: number; readonly from: number }): void {
    const { callplane, journal, tenants } = this.#shared;
    if (this.organization !== null) {
      const foreign = tenants.foreign(this.organization, text);
      if (foreign.length > 0) journal.violated({ invariant: "tenants never meet", subject: `${what} by ${this.organization.name}`, expected: "nothing of another organization", found: foreign.join(", ") });
    }
    if (callplane.wasDisturbed(from, performance.now())) return;
    if (status === 0) journal.violated({ invariant: "a request is answered", subject: what, expected: `a reply within ${limitMs} ms`, found: `${failure} after ${ms.toFixed(0)} ms` });
    else if (!EXPECTED.has(status)) journal.violated({ invariant: "a request is answered", subject: `${what} ${status}`, expected: `a status of the contract`, found: `${status} ${text.slice(0, 300)}` });
    else if (ms > limitMs) journal.violated({ invariant: "no request runs past its limit", subject: what, expected: `a reply within ${limitMs} ms`, found: `${status} after ${ms.toFixed(0)} ms` });
  }
}

function parsed(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return text;
  }
}
