/**
 * The browser's session: an access token in memory, and a cookie that no script can read. Tabs take turns at exchanging the cookie (a Web Lock), since one that comes back
 * after it was exchanged ends the session.
 */
import { shallowRef, type ShallowRef } from "vue";
import { problemOf, unreachable } from "./problem.js";
import type { BrowserSession, Me } from "./types.js";
import { pauseMs, untilAnswered } from "./until-answered.js";

/** `unknown`: not asked yet. `over`: it has ended while somebody worked; the work goes on after a login. */
export type SessionState = { readonly kind: "unknown" } | { readonly kind: "out" } | { readonly kind: "over"; readonly me: Me } | { readonly kind: "in"; readonly me: Me };

const LOCK = "callplane-session";
/** The token is exchanged before it ends. */
const EARLY_MS = 60_000;
const AGAIN_MS = { first: 10_000, longest: 60_000 };
/** Whatever the server says of the token's end, it is not asked for another one without a pause. */
const LEAST_TIMER_MS = 5000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface SessionPorts {
  /** The cookie is another person's: somebody has logged in by another tab. The page is still the first one's, and has to begin anew. */
  readonly somebodyElse: () => void;
}

const isSame = (one: Me, other: Me): boolean => one.username === other.username && one.organization?.id === other.organization?.id;

export class Session {
  readonly state: ShallowRef<SessionState> = shallowRef({ kind: "unknown" });
  readonly #ports: SessionPorts;
  #token: string | null = null;
  /** By this machine's clock, which may be wrong: counted from the receipt. */
  #expires = 0;
  /** Of the logins and logouts of this page: what was asked for before one of them counts no more. */
  #generation = 0;
  #isAnothers = false;
  #refreshing: Promise<string | null> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Exchanges in a row that the server did not answer. */
  #failed = 0;

  constructor(ports: SessionPorts) {
    this.#ports = ports;
  }

  /** Finds out whether a session is open. `waits`: the server does not answer yet, and is asked again. */
  async begin(waits: () => void = () => undefined): Promise<void> {
    await untilAnswered(() => this.refresh(), { waits }).catch(() => undefined);
    if (this.state.value.kind === "unknown") this.state.value = { kind: "out" };
  }

  /** Throws ApiProblem. */
  async login(username: string, password: string): Promise<Me> {
    const response = await this.#send("POST", "/session", { username, password });
    if (!response.ok) throw await problemOf(response);
    const session = (await response.json()) as BrowserSession;
    this.#generation++;
    return this.#opened(session, lifeOf(session, response));
  }

  /** Throws ApiProblem when the server has not confirmed it: the session is still open then, since the cookie lives. */
  async logout(): Promise<void> {
    this.#generation++;
    clearTimeout(this.#timer);
    try {
      const response = await inTurn(() => this.#send("DELETE", "/session"));
      if (!response.ok) throw await problemOf(response);
    } catch (error) {
      this.#refreshAgain();
      throw error;
    }
    this.#generation++;
    clearTimeout(this.#timer);
    this.#token = null;
    this.state.value = { kind: "out" };
  }

  /** A token that is good for a while yet; null: nobody is logged in. Throws ApiProblem when the server is not reached. */
  async token(): Promise<string | null> {
    if (this.#token !== null && Date.now() < this.#expires - EARLY_MS / 2) return this.#token;
    if (this.state.value.kind === "out" || this.#isAnothers) return null;
    return this.refresh();
  }

  /** The token was refused. */
  drop(token: string): void {
    if (this.#token === token) this.#token = null;
  }

  /** Exchanges the cookie, once for all who ask meanwhile. Throws ApiProblem when the server is not reached. */
  refresh(): Promise<string | null> {
    this.#refreshing ??= this.#exchange().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #exchange(): Promise<string | null> {
    const generation = this.#generation;
    const response = await inTurn(() => this.#send("POST", "/session:refresh", {}));
    if ([204, 401, 403].includes(response.status)) {
      if (generation === this.#generation) this.#ended();
      return this.#token;
    }
    if (!response.ok) throw await problemOf(response);
    const session = (await response.json()) as BrowserSession;
    if (generation === this.#generation) this.#opened(session, lifeOf(session, response));
    return this.#token;
  }

  #opened({ token, me }: BrowserSession, lifeMs: number): Me {
    const { value } = this.state;
    if ((value.kind === "in" || value.kind === "over") && !isSame(value.me, me)) {
      clearTimeout(this.#timer);
      this.#token = null;
      this.#isAnothers = true;
      this.#ports.somebodyElse();
      return me;
    }
    this.#token = token;
    this.#failed = 0;
    this.#expires = Date.now() + lifeMs;
    this.state.value = { kind: "in", me };
    this.#refreshIn(lifeMs - EARLY_MS);
    return me;
  }

  #ended(): void {
    clearTimeout(this.#timer);
    this.#token = null;
    const { value } = this.state;
    this.state.value = value.kind === "in" || value.kind === "over" ? { kind: "over", me: value.me } : { kind: "out" };
  }

  #refreshIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.refresh().catch(() => this.#refreshAgain());
    }, Math.min(Math.max(ms, LEAST_TIMER_MS), LONGEST_TIMER_MS));
  }

  #refreshAgain(): void {
    this.#refreshIn(pauseMs(++this.#failed, AGAIN_MS));
  }

  async #send(method: string, path: string, body?: object): Promise<Response> {
    try {
      return await fetch(path, { method, credentials: "same-origin", ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }) });
    } catch {
      throw unreachable();
    }
  }
}

/** Milliseconds from the receipt to the token's end, by the server's own clock. */
function lifeOf({ expires }: BrowserSession, response: Response): number {
  const now = Date.parse(response.headers.get("date") ?? "");
  return Date.parse(expires) - (Number.isNaN(now) ? Date.now() : now);
}

/** Where a page is not secure there are no locks, whatever the type says, and no cookie to exchange. */
function inTurn(run: () => Promise<Response>): Promise<Response> {
  const locks: LockManager | undefined = navigator.locks;
  return locks === undefined ? run() : locks.request(LOCK, run);
}
