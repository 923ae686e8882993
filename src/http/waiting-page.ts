/** What a browser is shown while Callplane does not serve: in words, and it tries again by itself. It has no script and no style, so that it needs nothing that this server would have to give. */
import type { FastifyReply, FastifyRequest } from "fastify";

/** Nothing is loaded: stricter than the console's own policy. */
const POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const AGAIN_S = 2;

type Status = "starting" | "standby" | "stopping";
type Language = "en" | "de";
const WORDS: Readonly<Record<Language, Readonly<Record<Status | "again", string>>>> = {
  en: { starting: "Callplane is starting.", standby: "This Callplane waits: another one has the telephone system.", stopping: "Callplane is being restarted, or has been stopped.", again: "This page tries again by itself." },
  de: { starting: "Callplane startet gerade.", standby: "Dieses Callplane wartet: ein anderes hat die Telefonanlage.", stopping: "Callplane wird neu gestartet oder ist beendet worden.", again: "Diese Seite versucht es von selbst wieder." },
};

/** German where the browser asks for it before English. */
function languageOf(wanted: string): Language {
  const names = wanted.split(",").map((name) => name.trim().slice(0, 2).toLowerCase());
  return names.find((name) => name === "de" || name === "en") === "de" ? "de" : "en";
}

/** Somebody opens an address in a browser: a script of a page, or a program, asks for something else. */
export const isOpened = ({ method, headers }: Pick<FastifyRequest, "method" | "headers">): boolean => (method === "GET" || method === "HEAD") && (headers.accept ?? "").includes("text/html");

export function sendWaitingPage(status: Status, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const language = languageOf(request.headers["accept-language"] ?? "");
  const words = WORDS[language];
  return reply
    .code(503)
    .header("retry-after", String(AGAIN_S))
    .header("cache-control", "no-store")
    .header("vary", "accept, accept-language")
    .header("content-security-policy", POLICY)
    .header("x-content-type-options", "nosniff")
    .header("referrer-policy", "no-referrer")
    .type("text/html; charset=utf-8")
    .send(`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">
<meta http-equiv="refresh" content="${AGAIN_S}">
<title>Callplane</title>
</head>
<body>
<h1>Callplane</h1>
<p role="status">${words[status]}</p>
<p>${words.again}</p>
</body>
</html>
`);
}
