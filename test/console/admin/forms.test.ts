import { describe, expect, it } from "vitest";
import { FORMS, type FormName } from "../../../src/console/api/forms.js";
import { ApiProblem, problemOf } from "../../../src/console/api/problem.js";
import { faultsOf } from "../../../src/console/forms/check.js";
import { fieldsOf, type Field } from "../../../src/console/forms/model.js";
import { hintOf, offered, plainPath, withPresent, wordsOf } from "../../../src/console/forms/overlay.js";
import { refusalOf } from "../../../src/console/forms/problems.js";
import type { Schema, ValueMap } from "../../../src/console/forms/schema.js";
import { bodyOf, emptyOf, emptyVariant, isTouched, localMoment, merged, momentValue, numberValue, overwritten, textValue, valuesOf } from "../../../src/console/forms/values.js";

const NAMES = Object.keys(FORMS) as readonly FormName[];
const fieldsIn = (name: FormName): readonly Field[] => fieldsOf(FORMS[name]);
const fieldIn = (name: FormName, field: string): Field => {
  const found = fieldsIn(name).find((one) => one.name === field);
  if (found === undefined) throw new Error(`${name} has no ${field}.`);
  return found;
};
const kindsIn = (fields: readonly Field[]): Readonly<Record<string, string>> => Object.fromEntries(fields.map(({ name, kind }) => [name, kind]));
/** All patterns of a schema. */
const patternsOf = (schema: Schema): readonly string[] => [
  ...(schema.pattern === undefined ? [] : [schema.pattern]),
  ...[...Object.values(schema.properties ?? {}), ...(schema.oneOf ?? []), schema.items, schema.additionalProperties, schema.propertyNames].filter((inner) => inner !== undefined).flatMap(patternsOf),
];

describe("a form that makes something", () => {
  /** As a field stands after somebody has entered something and taken it out again. */
  const emptied = (field: Field): ValueMap[string] => {
    switch (field.kind) {
      case "text":
        return textValue(field, "");
      case "number":
        return numberValue(field, "");
      case "flag":
        return false;
      case "words":
        return field.isNullable ? null : [];
      case "rows":
        return [];
      case "keys":
      case "levels":
        return {};
      default:
        return field.isNullable ? null : undefined;
    }
  };
  it.each(NAMES.filter((name) => name.startsWith("Create")))("has nothing to lose when what was entered was taken out again: %s", (name) => {
    const fields = fieldsIn(name);
    expect(isTouched(fields, {}, {})).toBe(false);
    expect(isTouched(fields, {}, Object.fromEntries(fields.map((field) => [field.name, emptied(field)])))).toBe(false);
  });

  it("has something to lose as soon as something stands there, or what it began with is another", () => {
    const fields = fieldsIn("CreateConfigRequest");
    const begun = { target: { type: "hangup" } };
    expect(isTouched(fields, begun, { ...begun, greeting: null, menu: null, closed: undefined, recorded: false })).toBe(false);
    expect(isTouched(fields, begun, { ...begun, name: "Main" })).toBe(true);
    expect(isTouched(fields, begun, { target: { type: "department", to: "support" } })).toBe(true);
    expect(isTouched(fields, begun, {})).toBe(true);
    expect(isTouched(fields, begun, { ...begun, recorded: true })).toBe(true);
  });
});

describe("a form's fields", () => {
  it.each(NAMES)("are known for all of %s", (name) => {
    expect(fieldsIn(name).length).toBeGreaterThan(0);
  });

  it("are of the kind that the schema says", () => {
    expect(kindsIn(fieldsIn("CreateVoiceAgentRequest"))).toMatchObject({ extension: "text", ringTimeoutS: "number", departments: "words", skills: "levels", role: "choice" });
    expect(kindsIn(fieldsIn("CreateDepartmentRequest"))).toMatchObject({ overflow: "variant", alarms: "group", recorded: "flag", serviceLevelTarget: "number" });
    expect(kindsIn(fieldsIn("CreateConfigRequest"))).toMatchObject({ greeting: "variant", menu: "group", hours: "group", closed: "group", target: "variant" });
  });

  it("know what is inside others", () => {
    const menu = fieldIn("CreateConfigRequest", "menu");
    expect(menu).toMatchObject({ kind: "group", isNullable: true });
    if (menu.kind !== "group") throw new Error("no group");
    expect(kindsIn(menu.fields)).toEqual({ prompt: "variant", keys: "keys", tries: "number", timeoutS: "number", invalid: "variant" });
    const hours = fieldIn("CreateConfigRequest", "hours");
    if (hours.kind !== "group") throw new Error("no group");
    expect(kindsIn(hours.fields)).toEqual({ timeZone: "text", weekly: "rows", holidays: "rows" });
  });

  it("take bounds, what is required and what may be nothing from the schema", () => {
    expect(fieldIn("CreateDepartmentRequest", "ringTimeoutS")).toMatchObject({ minimum: 3, maximum: 120, isWhole: true, isRequired: false, isNullable: false });
    expect(fieldIn("CreateDepartmentRequest", "name")).toMatchObject({ isRequired: true });
    expect(fieldIn("CreateDepartmentRequest", "maxWaitS")).toMatchObject({ isNullable: true, kind: "number" });
    expect(fieldIn("CreateConfigRequest", "greeting")).toMatchObject({ isNullable: true, kind: "variant" });
    expect(fieldIn("CreateDepartmentRequest", "overflow")).toMatchObject({ variants: [{ type: "hangup", fields: [] }, { type: "department" }, { type: "phonenumber" }, { type: "message" }] });
  });

  it("have patterns that this browser can read", () => {
    for (const pattern of NAMES.flatMap((name) => patternsOf(FORMS[name]))) expect(() => new RegExp(pattern, "u")).not.toThrow();
  });

  it("refuse a schema that no form can show", () => {
    expect(() => fieldsOf({ properties: { odd: { type: "null" } } })).toThrow("odd");
    expect(() => fieldsOf({ properties: { odd: {} } })).toThrow("odd");
  });
});

describe("what a form sends", () => {
  const fields = fieldsIn("UpdateDepartmentRequest");
  const before = valuesOf(fields, { name: "support", ringTimeoutS: 20, skills: ["a"], maxWaitS: null, alarms: { waiting: null, talkS: 60 }, unknown: 1 });

  it("is only what was changed", () => {
    expect(bodyOf("UpdateDepartmentRequest", fields, before, { ...before, ringTimeoutS: 30 })).toEqual({ ringTimeoutS: 30 });
    expect(bodyOf("UpdateDepartmentRequest", fields, before, { ...before, skills: ["a"], alarms: { talkS: 60, waiting: null } })).toEqual({});
    expect(bodyOf("UpdateDepartmentRequest", fields, before, { ...before, skills: ["a", "b"] })).toEqual({ skills: ["a", "b"] });
    expect(bodyOf("UpdateDepartmentRequest", fields, before, { ...before, maxWaitS: 60 })).toEqual({ maxWaitS: 60 });
  });

  it("is all that was said when something is made, without what was not", () => {
    expect(bodyOf("CreateDepartmentRequest", fieldsIn("CreateDepartmentRequest"), {}, { name: "x", overflow: { type: "message", greeting: undefined }, maxWaitS: undefined, music: null })).toEqual({ name: "x", overflow: { type: "message" }, music: null });
  });

  it("keeps what somebody else has changed elsewhere, and notices when both changed the same", () => {
    const mine = { ...before, ringTimeoutS: 30 };
    expect(merged(fields, before, mine, { ...before, maxWaitS: 60 })).toMatchObject({ ringTimeoutS: 30, maxWaitS: 60 });
    expect(merged(fields, before, mine, { ...before, ringTimeoutS: 40 })).toBeNull();
    expect(merged(fields, before, mine, { ...before, ringTimeoutS: 30 })).toMatchObject({ ringTimeoutS: 30 });
    expect(overwritten(fields, before, mine, { ...before, ringTimeoutS: 40, maxWaitS: 60 })).toMatchObject({ ringTimeoutS: 30, maxWaitS: 60 });
  });

  it("has nothing of another form", () => {
    expect(() => bodyOf("UpdateUserRequest", fields, before, { ...before, ringTimeoutS: 30 })).toThrow("ringTimeoutS");
  });

  it("begins empty with what must be there", () => {
    const menu = fieldIn("CreateConfigRequest", "menu");
    expect(menu.kind === "group" && emptyOf(menu.fields)).toEqual({ prompt: { type: "say" }, keys: {} });
    expect(emptyVariant({ type: "hangup", fields: [] })).toEqual({ type: "hangup" });
    expect(emptyVariant(undefined)).toEqual({});
  });

  it("reads numbers as people write them, and keeps what is none", () => {
    expect([numberValue({ isNullable: false }, " 12,5 "), numberValue({ isNullable: true }, ""), numberValue({ isNullable: false }, ""), numberValue({ isNullable: true }, "ten")]).toEqual([12.5, null, undefined, "ten"]);
  });

  it("has moments by the person's own clock", () => {
    const iso = new Date(2026, 10, 3, 9, 5).toISOString();
    expect([localMoment(iso), momentValue({ isNullable: false }, "2026-11-03T09:05"), localMoment("soon"), momentValue({ isNullable: false }, "")]).toEqual(["2026-11-03T09:05", iso, "", undefined]);
  });

  it("keeps line breaks where the API takes them", () => {
    expect(textValue(fieldIn("UpdateCallLogRequest", "note"), "one\r\ntwo\n\tthree\r")).toBe("one\r\ntwo\n three ");
    expect(textValue({ isNullable: true, pattern: "^[a-z]*$" }, "one\ntwo")).toBe("one two");
  });

  it("has no line breaks in another text", () => {
    expect([textValue({ isNullable: true }, ""), textValue({ isNullable: false }, ""), textValue({ isNullable: true }, "one\r\ntwo")]).toEqual([null, undefined, "one two"]);
  });
});

describe("what is wrong with what was entered", () => {
  const of = (name: FormName, values: ValueMap, before: ValueMap | null = null) => Object.fromEntries(faultsOf(fieldsIn(name), values, before));

  it("is said where the schema says it", () => {
    expect(of("CreateDepartmentRequest", { ringTimeoutS: 2, priority: 11, maxMissed: 1.5, wrapUpS: "soon", callbackKey: "12" })).toEqual({
      name: { kind: "missing" },
      ringTimeoutS: { kind: "tooSmall", limit: 3 },
      priority: { kind: "tooLarge", limit: 10 },
      maxMissed: { kind: "notWhole" },
      wrapUpS: { kind: "notANumber" },
      callbackKey: { kind: "form" },
    });
  });

  it("is found inside others", () => {
    expect(of("UpdateConfigRequest", { menu: { prompt: { type: "say" }, keys: { "1": { type: "department" }, "2": {} } }, hours: { timeZone: "UTC", weekly: [{ from: "25:00", to: "18:00", days: [] }] } }, {})).toEqual({
      "menu.prompt.text": { kind: "missing" },
      "menu.keys.1.to": { kind: "missing" },
      "menu.keys.2": { kind: "nothingChosen" },
      "hours.weekly.0.from": { kind: "form" },
      "hours.weekly.0.days": { kind: "tooFew", limit: 1 },
    });
  });

  it("is nothing where a change leaves out what is required", () => {
    expect(of("UpdateTrunkRequest", { password: undefined, register: true }, { register: false })).toEqual({});
    expect(of("UpdateDepartmentRequest", { maxWaitS: null }, { maxWaitS: 60 })).toEqual({});
  });

  it("is that something was emptied that cannot be nothing", () => {
    expect(of("UpdateDepartmentRequest", { ringTimeoutS: undefined }, { ringTimeoutS: 20 })).toEqual({ ringTimeoutS: { kind: "missing" } });
  });

  it("counts words, levels and letters", () => {
    expect(of("CreateVoiceAgentRequest", { extension: "1", skills: { billing: 11 }, allowedPrefixes: ["+1", "abc"], name: "x".repeat(129) })).toEqual({ "skills.billing": { kind: "tooLarge", limit: 10 }, allowedPrefixes: { kind: "form" }, name: { kind: "tooLong", limit: 128 } });
  });
});

describe("what the server has refused", () => {
  const refused = (message: string, code = "InvalidParameter", status = 400) => refusalOf(fieldsIn("CreateConfigRequest"), new ApiProblem({ status, code, message }));

  it("is shown at the field that it names", () => {
    expect(refused("menu.prompt.text: is empty.")).toEqual({ faults: new Map([["menu.prompt.text", { kind: "said", text: "Is empty." }]]), rest: null });
  });

  it("is shown for the whole form where it names none of its fields", () => {
    expect(refused("limit: is not a parameter of this operation.").rest).toBe("limit: is not a parameter of this operation.");
    expect(refused("A configuration of that name exists.", "Conflict", 409)).toEqual({ faults: new Map(), rest: "A configuration of that name exists." });
  });

  it("is shown at a field that only the operator sets", () => {
    expect(refusalOf(fieldsIn("UpdateOrganizationRequest"), new ApiProblem({ status: 403, code: "Forbidden", message: "premiumAllowed is set by root alone: it bounds costs." })).faults.has("premiumAllowed")).toBe(true);
  });

  it("says what still uses it", async () => {
    const problem = await problemOf(Response.json({ error: "InUse", message: "It is in use.", usedBy: [{ type: "line", id: "1" }] }, { status: 409 }));
    expect(problem.usedBy).toEqual([{ type: "line", id: "1" }]);
  });
});

describe("the words of a form", () => {
  it("forget the numbers of rows and keys", () => {
    expect([plainPath("menu.keys.1.to"), plainPath("hours.weekly.0.from"), plainPath("menu.keys.*.to"), plainPath("name")]).toEqual(["menu.keys.to", "hours.weekly.from", "menu.keys.to", "name"]);
  });

  it("come from the page, then from the kind of a variant, then from the API", () => {
    const field = { name: "to", description: "An agent id." };
    expect(wordsOf("target.to", field, { "target.to": { label: "A" } }, { "client.to": { label: "B" } }, "client")).toEqual({ label: "A", hint: "An agent id." });
    expect(wordsOf("target.to", field, {}, { "client.to": { label: "B", hint: "" } }, "client")).toEqual({ label: "B", hint: "" });
    expect(wordsOf("target.to", field, {}, {})).toEqual({ label: "to", hint: "An agent id." });
  });

  it("leave out of the API's description what the form shows itself", () => {
    expect([hintOf("Seconds that a caller may wait; null: for ever."), hintOf("Null: none."), hintOf("`a` or `b`"), hintOf(null)]).toEqual(["Seconds that a caller may wait.", null, "A or b.", null]);
  });

  it("keep what is set and not among the choices", () => {
    expect(withPresent([{ value: "a", label: "A" }], "b")).toEqual([{ value: "a", label: "A" }, { value: "b", label: "b" }]);
    expect(withPresent([], null)).toEqual([]);
  });
});

describe("a choice that holds when nothing is chosen", () => {
  const options = [{ value: "agent", label: "Agent" }, { value: "supervisor", label: "Supervisor" }];
  it.each([
    ["as nothing", "Agent", "", ["Supervisor"], "Agent"],
    ["as itself where it is chosen", "Agent", "agent", ["Agent", "Supervisor"], null],
    ["beside the others, where none says the same", "None", "", ["Agent", "Supervisor"], "None"],
    ["not at all, where something has to be chosen", null, "agent", ["Agent", "Supervisor"], null],
  ])("is offered once: %s", (_, none, chosen, labels, shown) => {
    const offers = offered(options, none, chosen);
    expect([offers.options.map(({ label }) => label), offers.none]).toEqual([labels, shown]);
  });
});
