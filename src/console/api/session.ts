/**
 * The browser's session: an access token in memory, and a cookie that no script can read. Tabs take turns at exchanging the cookie (a Web Lock), since one that comes back
 * after it was exchanged ends the session.
 */
import { shallowRef, type ShallowRef } from "vue";
import { ApiProblem, problemOf, unreachable } from "./problem.js";
import type { BrowserSession, Me } from "./types.js";

/** `unknown`: not asked yet. `over`: it has ended while somebody worked; the work goes on after a login. */
export type SessionState = { readonly kind: "unknown" } | { readonly kind: "out" } | { readonly kind: "over"; readonly me: Me } | { readonly kind: "in"; readonly me: Me };

const LOCK = "callplane-session";
/** The token is exchanged before it ends. */
const EARLY_MS = 60_000;
const AGAIN_MS = 5000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class Session {
  readonly state: ShallowRef<SessionState> = shallowRef({ kind: "unknown" });
  #token: string | null = null;
  #expires = 0;
  #refreshing: Promise<string | null> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Finds out whether a session is open. */
  async begin(): Promise<void> {
    await this.refresh().catch(() => undefined);
    if (this.state.value.kind === "unknown") this.state.value = { kind: "out" };
  }

  /** Throws ApiProblem. */
  async login(username: string, password: string): Promise<Me> {
    const response = await this.#send("POST", "/session", { username, password });
    if (!response.ok) throw await problemOf(response);
    return this.#opened((await response.json()) as BrowserSession);
  }

  async logout(): Promise<void> {
    clearTimeout(this.#timer);
    this.#token = null;
    this.state.value = { kind: "out" };
    await this.#send("DELETE", "/session").catch(() => undefined);
  }

  /** A token that is good for a while yet; null: nobody is logged in. Throws ApiProblem when the server is not reached. */
  async token(): Promise<string | null> {
    if (this.#token !== null && Date.now() < this.#expires - EARLY_MS / 2) return this.#token;
    if (this.state.value.kind === "out") return null;
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
    const response = await navigator.locks.request(LOCK, () => this.#send("POST", "/session:refresh", {}));
    if ([204, 401, 403].includes(response.status)) {
      this.#ended();
      return null;
    }
    if (!response.ok) throw await problemOf(response);
    this.#opened((await response.json()) as BrowserSession);
    return this.#token;
  }

  #opened({ token, expires, me }: BrowserSession): Me {
    this.#token = token;
    this.#expires = Date.parse(expires);
    this.state.value = { kind: "in", me };
    this.#refreshIn(this.#expires - Date.now() - EARLY_MS);
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
      this.refresh().catch(() => this.#refreshIn(AGAIN_MS));
    }, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS));
  }

  async #send(method: string, path: string, body?: object): Promise<Response> {
    try {
      return await fetch(path, { method, credentials: "same-origin", ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }) });
    } catch {
      throw unreachable();
    }
  }
}

export const isProblem = (error: unknown): error is ApiProblem => error instanceof ApiProblem;
