/** How each face shows a refusal. */
import { STATUS_CODES } from "node:http";
import type { CallplaneError, UsedBy } from "../errors.js";
import { twilioBody } from "./twilio-rest/errors.js";

type Body = Readonly<Record<string, string | number | readonly UsedBy[]>>;

interface Face {
  readonly prefix: string;
  readonly body: (error: CallplaneError) => Body;
}

/** FreeSWITCH's words for what became of a call have no status of their own in `seeds/002_dfba42f890073f0f.txt`, so its description begins with them. */
const IS_SWITCH_WORD = /^[A-Z_]+$/;

const parameterMessage = ({ details, message }: CallplaneError): Body => (details.parameter === undefined ? {} : { message });

const FACES: readonly Face[] = [
  {
    // `seeds/002_dfba42f890073f0f.txt`: the status in words.
    prefix: "/call",
    body: ({ status, code, message }) => ({ status: (STATUS_CODES[status] ?? "error").toLowerCase(), description: IS_SWITCH_WORD.test(code) ? `${code}: ${message}` : message }),
  },
  {
    // `seeds/003_0cbea820782a669e.txt`: FreeSWITCH's own line, or the code in its style.
    prefix: "/api/v2",
    body: (error) => ({ status: "error", info: error.details.switchReply ?? `-ERR ${error.code}`, ...parameterMessage(error) }),
  },
  { prefix: "/2010-04-01", body: twilioBody },
  // `seeds/004_e1e84ef2369098d3.txt`.
  { prefix: "/v1", body: (error) => ({ status: "fail", error: error.code, ...parameterMessage(error) }) },
];

/** Here what FreeSWITCH did not confirm in time is 400 (CONTRACT: Errors). */
const SEED_000 = "/voicechannel";

const isBelow = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`);

/** Whoever may not use this face is asked for HTTP Basic. */
export const isTwilioPath = (path: string): boolean => isBelow(path, "/2010-04-01");

/** The path that speaks for all which show refusals as this one does. */
export const dialectOf = (path: string): string => [...FACES.map(({ prefix }) => prefix), SEED_000].find((prefix) => isBelow(path, prefix)) ?? "/";

/** The refusal of somebody else's call is the same in every face; those of `seeds/000_e2594b29d1bf22c7.txt` and `seeds/001_a9d9437cdc2741c7.txt` add their own fields (CONTRACT: Who may do what). */
export function renderError(error: CallplaneError, path: string): { readonly status: number; readonly body: Body } {
  const face = FACES.find(({ prefix }) => isBelow(path, prefix));
  const own = { error: error.code, message: error.message };
  if (error.code === "NotYourCall") return { status: error.status, body: { status: "forbidden", description: error.message, ...(face === undefined ? own : {}) } };
  if (face !== undefined) return { status: error.status, body: face.body(error) };
  const status = error.code === "Timeout" && isBelow(path, SEED_000) ? 400 : error.status;
  const { usedBy } = error.details;
  return { status, body: usedBy === undefined ? own : { ...own, usedBy } };
}
