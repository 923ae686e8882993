import { describe, expect, it } from "vitest";
import { findsOf, fitting, inOrder, keysOf, piecesOf, reachOf, step, typedNumber, waysOf } from "../../../src/console/pages/desk/directory-search.js";
import { colleague, department, ME, shared } from "./samples.js";

const contacts = [
  colleague("Tomas Havel", "online", { registered: false }),
  shared("Main office", "+15550109000"),
  colleague("Mateo Ruiz", "away"),
  colleague("Ema Lund", "inCall"),
  department("marketing"),
  colleague("Hamad Saleh", "online"),
  colleague("Maya Fischer", "online"),
  colleague("Marek Nowak", "online"),
];

describe("the order of the finds", () => {
  it("is: free first, by where the letters are, and last who cannot be reached", () => {
    expect(findsOf(contacts, "ma", "transfer", ME).map(({ name }) => name)).toEqual(["Marek Nowak", "Maya Fischer", "Hamad Saleh", "marketing", "Ema Lund", "Mateo Ruiz", "Main office", "Tomas Havel"]);
  });
  it("has a queue in which nobody is free after the people who are there, and one with somebody free before them", () => {
    const people = [colleague("Ema Lund", "inCall"), colleague("Mateo Ruiz", "away"), colleague("Olga Petrova", "offline")];
    const order = (free: number): readonly string[] => findsOf([department("marketing", { free }), ...people], "", "transfer", ME).map(({ name }) => name);
    expect(order(0)).toEqual(["Ema Lund", "Mateo Ruiz", "marketing", "Olga Petrova"]);
    expect(order(2)).toEqual(["marketing", "Ema Lund", "Mateo Ruiz", "Olga Petrova"]);
  });
  it("leaves out the agent, and queues where nobody can be called", () => {
    const finds = findsOf([...contacts, colleague("Alice Moreau", "inCall", { id: ME })], "", "add", ME);
    expect(finds.map(({ name }) => name)).not.toContain("Alice Moreau");
    expect(finds.map(({ name }) => name)).not.toContain("marketing");
  });
  it("offers the typed number itself, last, unless it is one of the finds", () => {
    expect(findsOf([shared("Main office", "+15550109000")], "+1 555 010", "call", ME).map(({ key }) => key)).toEqual(["number:7", "typed"]);
    expect(findsOf([shared("Main office", "+15550109000")], "+1 555 010 9000", "call", ME)).toHaveLength(1);
    expect(findsOf([colleague("Marek Nowak", "online")], "1014", "call", ME)).toHaveLength(1);
  });
});

it("shows of an earlier answer only what fits the words that have been typed since", () => {
  const names = (query: string): readonly string[] => fitting(contacts, query).map(({ name }) => name);
  expect(names("mar")).toEqual(["marketing", "Marek Nowak"]);
  expect(names("+1 (555) 010-9")).toEqual(["Main office"]);
  expect(names("zz")).toEqual([]);
});

it("moves nobody under a hand: a colleague who becomes free stays in place, and a new find comes last", () => {
  const order = findsOf(contacts, "ma", "transfer", ME).map(({ key }) => key);
  const later = contacts.map((contact) => (contact.name === "Mateo Ruiz" ? colleague("Mateo Ruiz", "online") : contact));
  expect(inOrder(findsOf(later, "ma", "transfer", ME), order).map(({ key }) => key)).toEqual(order);
  const added = colleague("Ada Mann", "online");
  expect(inOrder(findsOf([...later, added], "ma", "transfer", ME), order).at(-1)?.name).toBe("Ada Mann");
});

it("shows nobody as free without a phone", () => {
  expect(reachOf(colleague("Tomas Havel", "online", { registered: false }))).toBe("unreachable");
  expect(reachOf(colleague("Marek Nowak", "online"))).toBe("free");
});

it.each([
  ["1014", { type: "client", to: "1014" }],
  ["+1 (555) 010-9000", { type: "phonenumber", to: "+15550109000" }],
  ["030 1234567", { type: "phonenumber", to: "0301234567" }],
  ["12", null],
  ["ma", null],
  ["10a4", null],
])("reads %s as it was typed", (text, target) => expect(typedNumber(text)).toEqual(target));

it("consults first, and sends a caller to a queue or nobody to a phone that is not there", () => {
  const [marek, , , queue] = findsOf(contacts, "ma", "transfer", ME);
  const tomas = findsOf(contacts, "", "transfer", ME).at(-1);
  expect(marek && waysOf(marek, "transfer")).toEqual(["consult", "transfer"]);
  expect(queue && waysOf(queue, "transfer")).toEqual(["transfer"]);
  expect(marek && waysOf(marek, "add")).toEqual(["add"]);
  expect(tomas && waysOf(tomas, "transfer")).toEqual([]);
});

it("names for each find what Enter does with it, and Ctrl and Enter only where they do something else", () => {
  const [marek, , , queue] = findsOf(contacts, "ma", "transfer", ME);
  const tomas = findsOf(contacts, "", "transfer", ME).at(-1);
  expect(keysOf(marek, "transfer")).toEqual({ enter: "consult", ctrlEnter: "transfer" });
  expect(keysOf(queue, "transfer")).toEqual({ enter: "transfer", ctrlEnter: null });
  expect(keysOf(marek, "add")).toEqual({ enter: "add", ctrlEnter: null });
  expect([keysOf(tomas, "transfer"), keysOf(undefined, "transfer")]).toEqual([{ enter: null, ctrlEnter: null }, { enter: null, ctrlEnter: null }]);
});

it("underlines what was typed, as text", () => {
  expect(piecesOf("Hamad <b>", "MA")).toEqual([{ text: "Ha", isHit: false }, { text: "ma", isHit: true }, { text: "d <b>", isHit: false }]);
  expect(piecesOf("Marek", "x")).toEqual([{ text: "Marek", isHit: false }]);
  expect(piecesOf("Marek", "")).toEqual([{ text: "Marek", isHit: false }]);
});

it("goes round with the arrows, past those who cannot be reached", () => {
  const finds = findsOf(contacts, "ma", "transfer", ME);
  expect(step(finds, -1, 1)).toBe(0);
  expect(step(finds, 0, -1)).toBe(6);
  expect(step(finds, 6, 1)).toBe(0);
  expect(step(findsOf([colleague("Tomas Havel", "online", { registered: false })], "", "call", ME), -1, 1)).toBe(-1);
});
