/** The requests of voice programs: Callplane's own application is on this machine, whatever an organization names is guarded. */
import { AddressGuard, CookieJar, OutboundClient, type OutboundRequest, type OutboundResponse } from "../outbound/index.js";

/** The application that answers TwiML from the configuration. */
const OWN_PATH = /^\/voicetwilio\/(?:voice|gather|statuscallback)$/;

export class ProgramWeb {
  readonly #guarded: Pick<OutboundClient, "request">;
  readonly #own: OutboundClient;
  readonly #origin: string;

  /** @param ownUrl where this process answers */
  constructor(guarded: Pick<OutboundClient, "request">, ownUrl: string) {
    const { hostname, port, protocol, origin } = new URL(ownUrl);
    this.#guarded = guarded;
    this.#origin = origin;
    // Redirected, it would lead anywhere; it never redirects.
    this.#own = new OutboundClient({ guard: new AddressGuard({ allowed: [`${hostname}:${port === "" ? (protocol === "https:" ? 443 : 80) : port}`] }), limits: { redirects: 0 } });
  }

  request(request: OutboundRequest): Promise<OutboundResponse> {
    return (this.#isOwn(request.url) ? this.#own : this.#guarded).request(request);
  }

  cookies(): CookieJar {
    return new CookieJar();
  }

  /** Idempotent. */
  close(): Promise<void> {
    return this.#own.close();
  }

  #isOwn(text: string): boolean {
    if (!URL.canParse(text)) return false;
    const { origin, pathname, username } = new URL(text);
    return origin === this.#origin && username === "" && OWN_PATH.test(pathname);
  }
}
