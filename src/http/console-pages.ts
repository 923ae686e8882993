/**
 * The console (`src/console/`, built by vite): its page for every address that is no route of the API and that a browser opens, and its files. It is one page that finds its
 * own way, and it uses the public API alone.
 */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { SharedDocument } from "./shared-document.js";

export interface ConsoleOptions {
  /** Where it is built; null: it is not served. */
  readonly directory: string | null;
  /** Where its phone registers, `wss://host[:port][/path]`; null: nowhere. */
  readonly sipUrl: string | null;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".json": "application/json; charset=utf-8",
};
const INDEX = "index.html";
/** Named by what is in them (vite), so that they never change. */
const UNCHANGING = "assets/";
const FOREVER = "public, max-age=31536000, immutable";
/** Below these an unknown address is answered by the API. */
const API = ["/voicechannel", "/voiceconfig", "/voicetwilio", "/call", "/api", "/v1", "/2010-04-01", "/events", "/ws", "/docs", "/health", "/metrics", "/audit", "/session", "/me", "/logout"];

const isBelow = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`) || path.startsWith(`${prefix}:`);

/** What the page may do: its own scripts, styles and connections, its phone's, and nothing of anybody else's. */
function policyOf(sipUrl: string | null): string {
  const connect = ["'self'", ...(sipUrl === null ? [] : [new URL(sipUrl).origin === "null" ? sipUrl.split("/").slice(0, 3).join("/") : new URL(sipUrl).origin])].join(" ");
  return [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "font-src 'self'", "img-src 'self' data:", "media-src 'self' blob:", `connect-src ${connect}`,
    "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types vue",
  ].join("; ");
}

/** The built files, by their address. Read at their first request, and kept. */
function filesIn(directory: string): ReadonlyMap<string, SharedDocument> {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
  return new Map(names.flatMap((name) => {
    const type = TYPES[extname(name)];
    return type === undefined || name.startsWith(".") ? [] : [[`/${name.split(sep).join("/")}`, new SharedDocument(type, () => readFileSync(join(directory, name)))] as const];
  }));
}

/** Serves it before the API says that there is no such route. Nothing of it needs a token: what it shows it asks of the API. */
export function addConsole(app: FastifyInstance, { directory, sipUrl }: ConsoleOptions): void {
  if (directory === null) return;
  const files = filesIn(directory);
  const page = files.get(`/${INDEX}`);
  if (page === undefined) return;
  const policy = policyOf(sipUrl);
  const wanted = (request: FastifyRequest): SharedDocument | undefined => {
    const [path = "/"] = request.url.split("?");
    const isFile = path !== `/${INDEX}` && files.has(path);
    if (isFile) return files.get(path);
    const opens = (request.headers.accept ?? "").includes("text/html");
    return opens && !API.some((prefix) => isBelow(path, prefix)) ? page : undefined;
  };
  app.addHook("onRequest", async (request, reply) => {
    if (!request.is404 || (request.method !== "GET" && request.method !== "HEAD")) return;
    const found = wanted(request);
    if (found === undefined) return;
    await found.sendPacked(request, dressed(request, reply, found === page ? policy : null));
    return reply;
  });
}

function dressed(request: FastifyRequest, reply: FastifyReply, policy: string | null): FastifyReply {
  if (policy !== null) return reply.header("content-security-policy", policy).header("permissions-policy", "microphone=(self)").header("referrer-policy", "no-referrer");
  // After its own headers, which ask for a look at each use.
  if (request.url.startsWith(`/${UNCHANGING}`)) reply.raw.once("finish", () => undefined);
  return reply;
}
