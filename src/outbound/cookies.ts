import { Cookie, CookieJar as ToughJar } from "tough-cookie";

/** As browsers take at least (RFC 6265, 6.1). */
const MAX_COOKIES = 50;
const MAX_COOKIE_LENGTH = 4096;

/** The cookies of one call (RFC 6265): a program's server keeps its session in them. */
export class CookieJar {
  readonly #jar = new ToughJar();
  /** Domain, path and name of those that were set. Bounded by `MAX_COOKIES`. */
  readonly #known = new Set<string>();

  /** The header `Cookie` for a request to the URL; empty: none. */
  headerFor(url: string): string {
    return this.#jar.getCookieStringSync(url);
  }

  /** Takes the headers `Set-Cookie` of the URL's answer; what is malformed, foreign, too long or too many is left out. */
  keep(url: string, headers: readonly string[]): void {
    const { hostname } = new URL(url);
    for (const header of headers.slice(0, MAX_COOKIES)) {
      const cookie = header.length > MAX_COOKIE_LENGTH ? undefined : Cookie.parse(header);
      if (cookie === undefined) continue;
      const identity = JSON.stringify([cookie.domain ?? hostname, cookie.path ?? "", cookie.key]);
      if (!this.#known.has(identity) && this.#known.size >= MAX_COOKIES) continue;
      if (this.#jar.setCookieSync(cookie, url, { ignoreError: true }) !== undefined) this.#known.add(identity);
    }
  }
}
