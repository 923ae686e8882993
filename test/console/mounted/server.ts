/** The API as a test has it: it records what is asked, and answers what the test says. */
import createClient from "openapi-fetch";
import type { Api } from "../../../src/console/api/client.js";
import type { paths } from "../../../src/console/api/openapi.js";
import { problemOf, unreachable } from "../../../src/console/api/problem.js";

export interface Asked {
  /** Method and path, with what is asked for: `GET /voicechannel/directory?q=ma`. */
  readonly line: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}
/** A body is a `200`, nothing a `204`. A `Response` is as it is, and "unreachable" is no answer at all. */
export type Answer = object | undefined | Response | "unreachable";
/** By method and path: `POST /voicechannel/calls/call-1:hold`. */
export type Answers = Readonly<Record<string, (asked: Asked) => Answer | Promise<Answer>>>;

export interface Server {
  readonly api: Api;
  /** Bounded by the test. */
  readonly asked: readonly Asked[];
  /** What was asked for that changes something, with its body. */
  readonly acts: () => readonly (readonly [line: string, body: unknown])[];
  /** Reads that the test has no answer for. */
  readonly unanswered: readonly string[];
}

export const refused = (status: number, error: string, message: string, more: object = {}): Response => new Response(JSON.stringify({ error, message, ...more }), { status, headers: { "content-type": "application/json" } });

/** An answer that comes when the test says so. */
export function later(): { readonly answer: Promise<Answer>; readonly give: (answer: Answer) => void } {
  let give: (answer: Answer) => void = () => undefined;
  const answer = new Promise<Answer>((resolve) => (give = resolve));
  return { answer, give: (given) => give(given) };
}

/** What changes something is done unless the test says otherwise. */
export function createServer(answers: Answers): Server {
  const asked: Asked[] = [];
  const unanswered: string[] = [];
  /** Bodies are read one after the other: what is asked stands in its order. */
  let read = Promise.resolve("");
  const api = createClient<paths>({
    baseUrl: location.origin,
    // An abort is not heard: a server may have answered already.
    fetch: async (request) => {
      const { pathname, search, searchParams } = new URL(request.url);
      const text = await (read = read.then(() => request.text()));
      const now: Asked = { line: `${request.method} ${pathname}${search}`, query: Object.fromEntries(searchParams), body: text === "" ? undefined : (JSON.parse(text) as unknown), headers: Object.fromEntries(request.headers) };
      asked.push(now);
      const answer = answers[`${request.method} ${pathname}`];
      if (answer === undefined && request.method === "GET") unanswered.push(now.line);
      const given = await answer?.(now);
      if (given === "unreachable") throw unreachable();
      if (given instanceof Response) return given;
      return given === undefined ? new Response(null, { status: 204 }) : new Response(JSON.stringify(given), { status: 200, headers: { "content-type": "application/json" } });
    },
  });
  api.use({
    onResponse: async ({ response }) => {
      if (!response.ok) throw await problemOf(response);
    },
  });
  return { api, asked, unanswered, acts: () => asked.filter(({ line }) => !line.startsWith("GET ")).map(({ line, body }) => [line, body] as const) };
}
