/** A SIP message as it came, with its headers by their long names in lower case. */
export interface SipMessage {
  readonly text: string;
  /** Null for a reply. */
  readonly method: string | null;
  /** 0 for a request. */
  readonly status: number;
  readonly uri: string;
  /** The first header of that name. */
  header(name: string): string | undefined;
  all(name: string): readonly string[];
}

/** The compact forms of RFC 3261, section 7.3.3. */
const LONG: Readonly<Record<string, string>> = { v: "via", f: "from", t: "to", i: "call-id", m: "contact", l: "content-length", c: "content-type", s: "subject", k: "supported", e: "content-encoding" };

/** Null for what is no SIP, such as a keep-alive. */
export function parseSip(text: string): SipMessage | null {
  const [head = ""] = text.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const reply = /^SIP\/2\.0 (\d{3})/.exec(first);
  const request = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(first);
  if (reply === null && request === null) return null;
  const headers = lines.map((line) => {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).trim().toLowerCase();
    return [LONG[name] ?? name, line.slice(colon + 1).trim()] as const;
  });
  const all = (name: string): readonly string[] => headers.filter(([each]) => each === name).map(([, value]) => value);
  return { text, method: request?.[1] ?? null, status: Number(reply?.[1] ?? 0), uri: request?.[2] ?? "", header: (name) => all(name)[0], all };
}
