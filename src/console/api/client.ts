/** The API, typed by its own document. */
import createClient, { type Client } from "openapi-fetch";
import type { paths } from "./openapi.js";
import { problemOf, unreachable } from "./problem.js";
import type { Session } from "./session.js";

export type Api = Client<paths>;

/** Sends the session's token with each request. What is refused, or not reached, throws ApiProblem: `data` is there whenever a request resolves. */
export function createApi(session: Session): Api {
  const api = createClient<paths>({ baseUrl: location.origin, fetch: (request) => sendWith(session, request) });
  api.use({
    onResponse: async ({ response }) => {
      if (!response.ok) throw await problemOf(response);
    },
  });
  return api;
}

/** With a new token once when the one that it was sent with is refused. */
async function sendWith(session: Session, request: Request): Promise<Response> {
  const again = request.clone();
  const token = await session.token();
  const response = await send(request, token);
  if (response.status !== 401 || token === null) return response;
  session.drop(token);
  const next = await session.token();
  return next === null ? response : send(again, next);
}

async function send(request: Request, token: string | null): Promise<Response> {
  if (token !== null) request.headers.set("authorization", `Bearer ${token}`);
  try {
    return await fetch(request);
  } catch {
    throw unreachable();
  }
}
