import { describe, expect, it } from "vitest";
import { FORMS, type FormName } from "../../../src/console/api/forms.js";
import { fieldsOf, type Field, type Variant } from "../../../src/console/forms/model.js";
import { plainPath, wordsOf, type FormWords, type Overlay } from "../../../src/console/forms/overlay.js";
import { fieldsDe } from "../../../src/console/messages/fields.de.js";
import { fieldsEn } from "../../../src/console/messages/fields.en.js";
import { formsDe } from "../../../src/console/messages/forms.de.js";
import { formsEn } from "../../../src/console/messages/forms.en.js";
import { overlaysOf } from "../../../src/console/pages/admin/overlays.js";

type Key = keyof ReturnType<typeof overlaysOf>;
const OF: Readonly<Record<Key, readonly FormName[]>> = {
  agents: ["CreateVoiceAgentRequest", "UpdateVoiceAgentRequest"],
  departments: ["CreateDepartmentRequest", "UpdateDepartmentRequest"],
  lines: ["CreatePhoneLineRequest", "UpdatePhoneLineRequest"],
  trunks: ["CreateTrunkRequest", "UpdateTrunkRequest"],
  users: ["CreateUserRequest", "UpdateUserRequest"],
  password: ["SetUserPasswordRequest"],
  tokens: ["CreateTokenRequest"],
  webhooks: ["CreateWebhookRequest", "UpdateWebhookRequest"],
  organization: ["UpdateOrganizationRequest"],
  messages: ["UpdateMessageRequest"],
  callbacks: ["UpdateCallbackRequest"],
  voice: ["CreateConfigRequest", "UpdateConfigRequest"],
};
/** Fields that have buttons of their own, or a page. */
const ELSEWHERE: Readonly<Partial<Record<Key, readonly string[]>>> = { organization: ["departments"], messages: ["state", "heard"], callbacks: ["state"] };
const LANGUAGES = [["en", fieldsEn, formsEn.shared], ["de", fieldsDe, formsDe.shared]] as const;

interface At {
  readonly path: string;
  readonly field: Field;
  readonly variant?: string;
}
const inVariants = (path: string, variants: readonly Variant[]): readonly At[] => variants.flatMap(({ type, fields }) => fields.flatMap((field) => all(field, `${path}.${field.name}`, type)));
/** The field and all that is inside it. */
function all(field: Field, path: string, variant?: string): readonly At[] {
  const own: At = { path, field, ...(variant === undefined ? {} : { variant }) };
  const inside = field.kind === "group" ? field.fields : field.kind === "rows" ? field.row : [];
  const variants = field.kind === "variant" || field.kind === "keys" ? field.variants : [];
  return [own, ...inside.flatMap((one) => all(one, `${path}.${one.name}`)), ...inVariants(path, variants)];
}
const keys = Object.keys(OF) as readonly Key[];

describe("the forms of the administration", () => {
  it.each(keys)("show every field of %s once", (key) => {
    const overlay: Overlay = overlaysOf(fieldsEn)[key];
    const shown = overlay.groups.flatMap(({ fields }) => fields);
    expect(new Set(shown).size).toBe(shown.length);
    const known = new Set(OF[key].flatMap((name) => fieldsOf(FORMS[name]).map((field) => field.name)));
    expect([...shown, ...(ELSEWHERE[key] ?? [])].toSorted()).toEqual([...known].toSorted());
  });

  it.each(LANGUAGES)("have a word for everything in %s", (language, texts, shared) => {
    const overlays = overlaysOf(texts);
    const missing = keys.flatMap((key) => {
      const overlay: Overlay = overlays[key];
      return OF[key].flatMap((name) => fieldsOf(FORMS[name]).filter((field) => overlay.groups.some(({ fields }) => fields.includes(field.name))).flatMap((field) => all(field, field.name)).filter(({ path, field, variant }) => {
        const words: FormWords = overlay.words;
        const own = words[plainPath(path)] ?? (variant === undefined ? undefined : shared[`${variant}.${field.name}`]);
        // What the API says is English.
        return own === undefined || (language !== "en" && own.hint === undefined && field.description !== null);
      }).map(({ path }) => `${key}: ${path}`));
    });
    expect(missing).toEqual([]);
  });

  it("have a word for every choice", () => {
    const overlays = overlaysOf(fieldsDe);
    const missing = keys.flatMap((key) => {
      const overlay: Overlay = overlays[key];
      return OF[key].flatMap((name) => fieldsOf(FORMS[name]).filter((field) => overlay.groups.some(({ fields }) => fields.includes(field.name))).flatMap((field) => all(field, field.name)).flatMap(({ path, field, variant }) => {
        const choices = field.kind === "choice" ? field.choices : field.kind === "words" ? (field.choices ?? []) : [];
        const { options } = wordsOf(path, field, overlay.words, formsDe.shared, variant);
        return choices.filter((choice) => options?.[choice] === undefined && !["GET", "POST"].includes(choice)).map((choice) => `${key}: ${path} ${choice}`);
      }));
    });
    expect(missing).toEqual([]);
  });
});
