/** Requests to other people's servers, as Twilio makes them (twilio.com/docs/usage/security, twilio.com/docs/voice/twiml): signed, with cookies, redirects and limits. */
import { onAbort } from "../abort.js";
import type { AddressGuard } from "./address-guard.js";
import { OUTBOUND_CODES, OutboundError } from "./errors.js";
import { Exchanges, type Answer } from "./exchange.js";
import { afterRedirect, encoded, firstHop, isConditional, isRedirect, keyOf, sentUrl, type Hop } from "./hop.js";
import { overridesOf, policyOf, type RetryPolicy } from "./overrides.js";
import { signature, SIGNATURE_HEADER } from "./signature.js";
import { Slots } from "./slots.js";
import type { OutboundHeaders, OutboundLimits, OutboundRequest, OutboundResponse } from "./types.js";
import { ValidatedAnswers } from "./validated.js";

/** Two attempts of 5 s to connect, and 15 s for everything (twilio.com/docs/api/errors/11205). */
export const OUTBOUND_LIMITS: OutboundLimits = { connectMs: 5000, connectAttempts: 2, readMs: 15_000, totalMs: 15_000, maxBytes: 2 * 1024 * 1024, redirects: 10 };

const USER_AGENT = "Callplane";

export interface OutboundClientOptions {
  readonly guard: AddressGuard;
  /** What differs from `OUTBOUND_LIMITS`. */
  readonly limits?: Partial<OutboundLimits>;
}

interface Terms {
  readonly limits: OutboundLimits;
  readonly retried: ReadonlySet<RetryPolicy>;
  readonly signal: AbortSignal;
}

const readable = (headers: Answer["headers"]): OutboundHeaders => ({ get: (name) => headers[name.toLowerCase()]?.join(", ") ?? null });

export class OutboundClient {
  readonly #guard: AddressGuard;
  readonly #limits: OutboundLimits;
  readonly #exchanges = new Exchanges();
  readonly #validated = new ValidatedAnswers();
  readonly #slots = new Slots();
  readonly #closing = new AbortController();

  constructor({ guard, limits = {} }: OutboundClientOptions) {
    this.#guard = guard;
    this.#limits = { ...OUTBOUND_LIMITS, ...limits };
  }

  /**
   * Resolves to an answer of status 200 to 299, or 304 when the request's own headers make it conditional. Throws OutboundError for everything else, within the limits:
   * the URL's form or address, the connection, the time, the status (11217), the size, the redirects, and when the request is called off.
   */
  async request(request: OutboundRequest): Promise<OutboundResponse> {
    const { hop, fragment } = firstHop(request);
    const overrides = overridesOf(fragment);
    const limits = { ...this.#limits, ...request.limits, ...overrides.limits };
    const free = this.#slots.take(hop.url.host);
    const controller = new AbortController();
    const timer = setTimeout(() => {
      const code = overrides.ownTotal ? OUTBOUND_CODES.totalTime : OUTBOUND_CODES.retrieval;
      controller.abort(new OutboundError(code, "time", `There was no whole answer within ${limits.totalMs} ms.`));
    }, limits.totalMs);
    const stops = [this.#closing.signal, request.signal].map((signal) => {
      const callOff = (): void => controller.abort(new OutboundError(OUTBOUND_CODES.retrieval, "aborted", "The request was called off.", { cause: signal?.reason }));
      if (signal?.aborted === true) callOff();
      return onAbort(signal, callOff);
    });
    try {
      return await this.#follow(hop, request, { limits, retried: overrides.retried, signal: controller.signal });
    } finally {
      clearTimeout(timer);
      for (const stop of stops) stop();
      free();
    }
  }

  /** Calls off what is under way, and takes nothing more. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#exchanges.close();
    this.#validated.clear();
  }

  async #follow(first: Hop, request: OutboundRequest, terms: Terms): Promise<OutboundResponse> {
    const { redirects } = terms.limits;
    let hop = first;
    for (let step = 0; ; step++) {
      this.#guard.assertUrl(hop.url);
      const answer = await this.#insist(hop, request, terms);
      const { status } = answer;
      request.cookies?.keep(hop.url.href, answer.headers["set-cookie"] ?? []);
      if (status >= 400) throw new OutboundError(OUTBOUND_CODES.status, "status", `The server answered ${status}.`, { status });
      if (status < 300 || (status === 304 && isConditional(hop.headers))) return { status, headers: readable(answer.headers), body: answer.body, url: hop.url.href };
      if (!isRedirect(status)) throw new OutboundError(OUTBOUND_CODES.badRedirect, "redirect", `The server answered ${status}.`, { status });
      if (step >= redirects) throw new OutboundError(OUTBOUND_CODES.redirects, "redirect", `The request was redirected more than ${redirects} times.`, { status });
      const next = afterRedirect(hop, status, answer.headers["location"]?.[0]);
      if (request.keepsMethod === true && next.method !== hop.method) throw new OutboundError(OUTBOUND_CODES.badRedirect, "redirect", `The server answered ${status}, by which the body would be lost.`, { status });
      hop = next;
    }
  }

  /** Repeats a step after such failures as the retry policy names. */
  async #insist(hop: Hop, request: OutboundRequest, { limits, retried, signal }: Terms): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt >= limits.connectAttempts;
      try {
        const answer = await this.#exchange(hop, request, limits, signal);
        if (isLast || answer.status < 400 || !retried.has(answer.status < 500 ? "4xx" : "5xx")) return answer;
      } catch (error) {
        const policy = error instanceof OutboundError ? policyOf(error) : null;
        if (isLast || signal.aborted || policy === null || !retried.has(policy)) throw error;
      }
    }
  }

  async #exchange(hop: Hop, { signWith, cookies }: OutboundRequest, { connectMs, readMs, maxBytes }: OutboundLimits, signal: AbortSignal): Promise<Answer> {
    const { method, form, json, content } = hop;
    const url = sentUrl(hop, signWith !== undefined);
    const cookie = cookies?.headerFor(url.href) ?? "";
    const key = method === "GET" && cookie === "" && !isConditional(hop.headers) ? keyOf(url, hop.headers) : null;
    const kept = key === null ? undefined : this.#validated.get(key);
    const isForm = method === "POST" && json === undefined && content === undefined;
    const headers = {
      "user-agent": USER_AGENT,
      accept: "*/*",
      "accept-encoding": "gzip, deflate, br",
      ...(method === "GET" ? {} : { "content-type": isForm ? "application/x-www-form-urlencoded; charset=UTF-8" : (content?.type ?? "application/json") }),
      ...hop.headers,
      ...(cookie === "" ? {} : { cookie }),
      ...(signWith === undefined ? {} : { [SIGNATURE_HEADER]: signature(signWith, url.href, isForm ? form : []) }),
      ...kept?.conditions,
    };
    const body = method === "GET" ? null : (content?.bytes ?? json ?? encoded(form ?? []));
    const answer = await this.#exchanges.run({ url, method, headers, body, lookup: this.#guard.lookup(url), connectMs, readMs, maxBytes }, signal);
    if (answer.status === 304 && kept !== undefined) return kept.answer;
    if (key !== null && answer.status === 200) this.#validated.put(key, answer);
    return answer;
  }
}
