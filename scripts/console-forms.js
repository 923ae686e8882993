/**
 * What the console's forms are made from: the request schemas of the API's document, without what a form does not need. Written beside the types (`console-types.js`),
 * since the whole document is two thirds of a megabyte and a page loads only this.
 */
const FORMS = [
  "CreateConfigRequest",
  "CreateDepartmentRequest",
  "CreatePhoneLineRequest",
  "CreateTokenRequest",
  "CreateTrunkRequest",
  "CreateUserRequest",
  "CreateVoiceAgentRequest",
  "CreateWebhookRequest",
  "SetUserPasswordRequest",
  "UpdateCallLogRequest",
  "UpdateCallbackRequest",
  "UpdateConfigRequest",
  "UpdateDepartmentRequest",
  "UpdateMessageRequest",
  "UpdateOrganizationRequest",
  "UpdatePhoneLineRequest",
  "UpdateTrunkRequest",
  "UpdateUserRequest",
  "UpdateVoiceAgentRequest",
  "UpdateWebhookRequest",
];

/** Words of a schema that a form uses as they are. */
const KEPT = ["type", "format", "enum", "const", "default", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "required", "description", "examples"];
/** What every text without control characters fits: it says nothing to a person. */
const NO_CONTROL = /^\^\[\^\\u0000-\\u001F\\u007F-\\u009F\]\*\$$/;

const isSchema = (value) => typeof value === "object" && value !== null;
const entries = (map, make) => Object.fromEntries(Object.entries(map).map(([name, schema]) => [name, make(schema)]));

/** The schema as a form needs it, with what it refers to in its place. */
function formSchema(schema, components) {
  const { $ref, ...beside } = schema;
  const whole = $ref === undefined ? schema : { ...components[$ref.slice("#/components/schemas/".length)], ...beside };
  const made = Object.fromEntries(KEPT.filter((word) => word in whole).map((word) => [word, whole[word]]));
  const deeper = (inner) => formSchema(inner, components);
  if (whole.pattern !== undefined && !NO_CONTROL.test(whole.pattern)) made.pattern = whole.pattern;
  if (isSchema(whole.properties)) made.properties = entries(whole.properties, deeper);
  if (isSchema(whole.items)) made.items = deeper(whole.items);
  if (isSchema(whole.additionalProperties)) made.additionalProperties = deeper(whole.additionalProperties);
  if (isSchema(whole.propertyNames)) made.propertyNames = deeper(whole.propertyNames);
  const alternatives = whole.oneOf ?? whole.anyOf;
  if (alternatives !== undefined) made.oneOf = alternatives.map(deeper);
  return made;
}

/** Throws where the API has no such schema any more. */
export function formSchemas({ components: { schemas } }) {
  return Object.fromEntries(
    FORMS.map((name) => {
      if (schemas[name] === undefined) throw new Error(`The API describes no ${name}.`);
      return [name, formSchema(schemas[name], schemas)];
    }),
  );
}

/** A module of the console, checked against its own type of a schema. */
export function formsModule(api) {
  const names = FORMS.map((name) => JSON.stringify(name)).join(" | ");
  return `import type { Schema } from "../forms/schema.js";\n\nexport type FormName = ${names};\nexport const FORMS: Readonly<Record<FormName, Schema>> = ${JSON.stringify(formSchemas(api))};\n`;
}
