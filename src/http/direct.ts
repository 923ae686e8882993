/** Whether a request comes from this machine itself, and not from elsewhere by way of a proxy that runs here. */
import type { FastifyRequest } from "fastify";

const LOOPBACK_ADDRESS = /^(?:::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/;
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
/** What proxies and their providers add to a request that they pass on. */
const PROXY_HEADER =
  /^(?:forwarded|via|client-ip|remote-addr|max-forwards|cdn-loop|(?:proxy|true|cf|fastly|fly|do)-.+|x-(?:forwarded|real|original|client|cluster|proxy|proxyuser|envoy|remote|amzn|azure|appengine|arr)(?:-.*)?|x-(?:host|scheme|ip))$/;

/** Whether `Host` names this machine itself. */
export const isLoopbackName = (host: string): boolean => LOOPBACK_HOST.test(host);

/**
 * True for a connection from loopback that shows no sign of a proxy: no header that one adds, no name of the outside in `Host` (a proxy that keeps it, or a
 * browser that was lured to this address by its DNS), and not HTTP/1.0, which nginx speaks to whom it passes requests on to and no current client does.
 * A proxy that hides all of that cannot be distinguished from a local client: what is trusted by this must not hold secrets.
 */
export function isDirectFromLoopback({ socket, headers, raw }: FastifyRequest): boolean {
  return (
    LOOPBACK_ADDRESS.test(socket.remoteAddress ?? "") &&
    raw.httpVersion !== "1.0" &&
    isLoopbackName(headers.host ?? "") &&
    !Object.keys(headers).some((name) => PROXY_HEADER.test(name))
  );
}
