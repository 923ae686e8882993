import { describe, it } from "vitest";

/** What is tried on a real FreeSWITCH; where there is none it is reported as skipped, with the reason. */
export function describeReal<Lab extends { readonly description: string }>(what: string, found: { readonly lab: Lab } | { readonly skipped: string }, suite: (lab: Lab) => void): void {
  if ("lab" in found) {
    describe(`${what} (${found.lab.description})`, () => suite(found.lab));
    return;
  }
  describe.skip(`${what} (skipped: ${found.skipped})`, () => {
    it("needs docker or FREESWITCH_BIN", () => undefined);
  });
  // The default reporter does not show the titles of skipped tests.
  console.warn(`Skipped: ${what}: ${found.skipped}`);
}
