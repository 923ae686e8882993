/** Numbers as people of the organization write them. The API writes them so beside each number, because to know how takes more than the rest of the page: here they are found. */
import type { Call, CallLog } from "../api/types.js";

/** A number, or an extension, that the call shows somewhere; one that it does not is as it is. */
export function numberText(call: Pick<Call, "from" | "fromText" | "to" | "toText" | "legs">, number: string): string {
  if (number === call.from) return call.fromText;
  if (number === call.to) return call.toText;
  return call.legs.find((leg) => leg.number === number)?.numberText ?? number;
}

/** The far end of a recorded call: by name where one is known, else by its number. `isSelf`: whether the number is of whom the list is about; `nameOf`: of a colleague with this number, null where there is none. */
export function farEndText({ direction, from, fromName, fromText, to, toText }: Pick<CallLog, "direction" | "from" | "fromName" | "fromText" | "to" | "toText">, isSelf: (number: string) => boolean, nameOf: (number: string) => string | null): string {
  if (direction === "outbound" || (direction === "internal" && !isSelf(to))) return nameOf(to) ?? toText;
  return nameOf(from) ?? (fromName === null || fromName.trim() === "" || fromName === from ? fromText : fromName);
}
