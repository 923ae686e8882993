import { expect, it } from "vitest";
import { Signers } from "../../src/composition/signers.js";
import type { VoiceAccount } from "../../src/people/index.js";

it("makes one account for the first calls of an organization that come together", async () => {
  const made: VoiceAccount[] = [];
  const signers = new Signers({
    accounts: { of: () => undefined, bySid: () => undefined },
    voice: { line: () => undefined, lineWithNumber: () => undefined },
    store: {
      voiceAccounts: {
        list: async () => [...made],
        create: async (organizationId) => {
          const account: VoiceAccount = { organizationId, sid: `AC${String(made.length).repeat(32)}`, authToken: "t", previousAuthToken: null, createdAt: new Date(0), rotatedAt: new Date(0) };
          made.push(account);
          return account;
        },
      },
    },
  });
  const both = await Promise.all([signers.of(1), signers.of(1)]);
  expect(both.map(({ accountSid }) => accountSid)).toEqual([made[0]?.sid, made[0]?.sid]);
  expect(made).toHaveLength(1);
});
