/** The addresses that phones give. */

/** The SIP URI of a contact header (`"" <sip:…>`) or of a row's url (`sofia/<profile>/sip:…`); null when there is none (`*`). */
export function contactUri(text: string): string | null {
  const found = /sips?:[^>\s]+/i.exec(text);
  return found === null ? null : found[0];
}

/**
 * Whether two contacts are one phone's. What FreeSWITCH adds at the end of a registered one is where the phone's packets come from (`fs_nat`, `fs_path`, itself with
 * parameters): it changes with each connection. One without parameters, as FreeSWITCH tells it of a phone's own call, is compared by its address alone.
 */
export function isSameContact(one: string, other: string): boolean {
  const [address, ...parameters] = partsOf(one);
  const [otherAddress, ...otherParameters] = partsOf(other);
  return address === otherAddress && (parameters.length === 0 || otherParameters.length === 0 || parameters.join(";") === otherParameters.join(";"));
}

const partsOf = (contact: string): readonly string[] => (contactUri(contact) ?? contact).replace(/^sips?:|;(?:fs_\w+|received)=.*$/gi, "").split(";");
