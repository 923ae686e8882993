/**
 * The console (`src/console/`, built by vite): its page for every address that is no route of the API and that a browser opens, and its files. It is one page that finds its
 * own way, and it uses the public API alone.
 */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { SharedDocument } from "./shared-document.js";

export interface ConsoleOptions {
  /** Where it is built. */
  readonly directory: string;
  /** Where its phone registers, `wss://host[:port][/path]`, with `{domain}` for the organization's domain. */
  readonly sipUrl: string;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".json": "application/json; charset=utf-8",
};
const INDEX = "index.html";
/** Named by what is in them (vite), so that they never change. */
const UNCHANGING = `assets${sep}`;
const FOREVER = "public, max-age=31536000, immutable";
/** A page of the console that is also an address of the API, for another method. */
const PAGE = "/login";

const firstOf = (path: string): string => /^\/[^/:?]*/.exec(path)?.[0] ?? "/";

/** What the page may do: its own scripts, styles and connections, its phone's, and nothing of anybody else's. */
function policyOf(sipUrl: string): string {
  // Each organization has its phones at a domain of its own. Which there are is told to nobody before a login, and a policy has no pattern but a whole host.
  const [, scheme = "", host = "", port = ""] = /^(wss?:\/\/)([^/:]+)(:\d+)?/.exec(sipUrl) ?? [];
  const phone = host === "" ? undefined : `${scheme}${host.includes("{domain}") ? "*" : host}${port}`;
  return [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "font-src 'self'", "img-src 'self' data:", "media-src 'self' blob:", `connect-src 'self'${phone === undefined ? "" : ` ${phone}`}`,
    "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types vue",
  ].join("; ");
}

/** The built files, by their address. Read at once: a new version that is put in their place must not be mixed with this one. */
function filesIn(directory: string): ReadonlyMap<string, SharedDocument> {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
  return new Map(names.flatMap((name) => {
    const type = TYPES[extname(name)];
    if (type === undefined || name.startsWith(".")) return [];
    const content = readFileSync(join(directory, name));
    return [[`/${name.split(sep).join("/")}`, new SharedDocument(type, () => content, name.startsWith(UNCHANGING) ? FOREVER : undefined)] as const];
  }));
}

/** Called before the routes are added. Serves it before the API says that there is no such route. Nothing of it needs a token: what it shows it asks of the API. */
export function addConsole(app: FastifyInstance, { directory, sipUrl }: ConsoleOptions): void {
  const files = filesIn(directory);
  const page = files.get(`/${INDEX}`);
  if (page === undefined) return;
  const policy = policyOf(sipUrl);
  /** Below what the API's addresses begin with, an unknown one is answered by the API. Bounded by the routes. */
  const api = new Set<string>();
  app.addHook("onRoute", ({ url }) => void api.add(firstOf(url)));
  const wanted = (request: FastifyRequest): SharedDocument | undefined => {
    const [path = "/"] = request.url.split("?");
    const isFile = path !== `/${INDEX}` && files.has(path);
    if (isFile) return files.get(path);
    const opens = (request.headers.accept ?? "").includes("text/html");
    return opens && (path === PAGE || path === "/" || !api.has(firstOf(path))) ? page : undefined;
  };
  app.addHook("onRequest", async (request, reply) => {
    if (!request.is404 || (request.method !== "GET" && request.method !== "HEAD")) return;
    const found = wanted(request);
    if (found === undefined) return;
    if (found === page) void reply.header("content-security-policy", policy).header("permissions-policy", "microphone=(self)").header("referrer-policy", "no-referrer");
    return found.sendPacked(request, reply);
  });
}
