/** The certificate that browsers are shown at FreeSWITCH's WSS port. */
import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect } from "node:tls";
import { failed, passed, type Check } from "./doctor-check.js";

const CHECK = "certificate for browsers";
const ANSWER_MS = 5000;
const SOON_MS = 14 * 86_400_000;
const OWN = 'Set FS_WSS_CERTIFICATE (and FS_WSS_KEY) to one of your own, or FS_WSS_NAMES to the names and addresses that pages connect to, and restart FreeSWITCH.';

interface WssPort {
  readonly host: string;
  readonly port: number;
}

/** What is shown there, whoever has made it; null: nobody answers. */
function shownAt({ host, port }: WssPort): Promise<X509Certificate | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: ANSWER_MS, rejectUnauthorized: false, ...(isIP(host) === 0 ? { servername: host } : {}) });
    const end = (certificate: X509Certificate | null): void => {
      socket.destroy();
      resolve(certificate);
    };
    socket.once("secureConnect", () => end(socket.getPeerX509Certificate() ?? null));
    socket.once("timeout", () => end(null));
    socket.once("error", () => end(null));
  });
}

const names = (certificate: X509Certificate, host: string): boolean => (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;

/** `wssUrl`: `WSS-BIND-URL` of the profile. `pages`: SIP_WSS_URL for each organization. */
export async function checkCertificate(node: string, reachedAt: string, wssUrl: string, pages: readonly string[]): Promise<Check> {
  const port = Number(/:(\d+)(?:;|$)/.exec(wssUrl)?.[1]);
  const certificate = await shownAt({ host: reachedAt, port });
  if (certificate === null) return failed(node, CHECK, `nobody answers at ${reachedAt}:${port}, FreeSWITCH's WSS port, from here`, "Let browsers reach it, or take wss-binding out of the profile where a proxy speaks WSS for it.");
  const until = new Date(certificate.validTo);
  const shown = `${certificate.subjectAltName ?? certificate.subject.replaceAll("\n", ", ")}, until ${until.toISOString().slice(0, 10)}`;
  if (certificate.subjectAltName === undefined) return failed(node, CHECK, `FreeSWITCH's own, without a subjectAltName (${shown}): browsers refuse it, whatever they are told to trust`, OWN);
  if (until.getTime() < Date.now() + SOON_MS) return failed(node, CHECK, `runs out: ${shown}`, OWN);
  // Another port is a proxy's, with a certificate of its own.
  const hosts = pages.map((page) => new URL(page)).filter((url) => url.protocol === "wss:" && Number(url.port === "" ? 443 : url.port) === port).map(({ hostname }) => hostname.replace(/^\[|\]$/g, ""));
  const missing = hosts.filter((host) => !names(certificate, host));
  if (missing.length > 0) return failed(node, CHECK, `does not name ${missing.join(", ")}, where pages connect (SIP_WSS_URL); it names ${shown}`, OWN);
  return passed(node, CHECK, certificate.checkIssued(certificate) ? `self-signed, each browser must be told to trust it: ${shown}` : `issued by ${certificate.issuer.replaceAll("\n", ", ")}: ${shown}`);
}
