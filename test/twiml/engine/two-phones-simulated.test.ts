import { describe } from "vitest";
import { openSimulatedLab } from "../../lab/simulated.js";
import { PHONES, twoPhonesSuite, type Phone, type TwoPhones } from "./two-phones-suite.js";

const PARTIES: Readonly<Record<Phone, string>> = { first: "1001", second: "1001/browser" };

describe("a client with two phones on the simulated switch", () => twoPhonesSuite(open, 40));

async function open(): Promise<TwoPhones> {
  const lab = await openSimulatedLab();
  const { simulator } = lab;
  simulator.register("1001", true, undefined, "browser");
  return {
    lab,
    ring: async () => Object.values(PARTIES).forEach((party) => simulator.setPhone(party, { kind: "no-answer" })),
    answer: async (phone) => void simulator.answer(PARTIES[phone]),
    hangUp: async (phone) => void simulator.hangUp(PARTIES[phone]),
    up: async () => PHONES.filter((phone) => simulator.channels().some(({ party }) => party === PARTIES[phone])),
    close: () => lab.close(),
  };
}
