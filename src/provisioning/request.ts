/** One request of mod_xml_curl: a form of names and values; the first of a name counts, so that nothing later can replace what FreeSWITCH puts first. */
export class SwitchRequest {
  /** Bounded by the body of one request. */
  readonly #fields = new Map<string, string>();

  constructor(form: string) {
    for (const [name, value] of new URLSearchParams(form)) if (!this.#fields.has(name)) this.#fields.set(name, value);
  }

  /** Undefined when missing or empty. */
  get(name: string): string | undefined {
    const value = this.#fields.get(name);
    return value === "" ? undefined : value;
  }
}
