/** Marks the legs that a program has dialled. Nothing else begins with it. */
export const PARTY_PROGRAM = "party";
