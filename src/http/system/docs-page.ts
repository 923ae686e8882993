/** The OpenAPI document as one readable page, without scripts and without anything from elsewhere. */
const METHODS = ["get", "post", "put", "patch", "delete"] as const;

const escape = (value: string): string => value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

// The document is read as plain JSON: what is drawn is what /docs/json gives.
type Json = Readonly<Record<string, unknown>>;
const object = (value: unknown): Json => (typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {});
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(object) : []);
const string = (value: unknown): string => (typeof value === "string" ? value : "");

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem;color:#1b1f24}
h1{margin-bottom:0}h2{margin-top:2.5rem;border-bottom:1px solid #d0d7de}
code,pre{font:13px/1.45 ui-monospace,monospace}pre{background:#f6f8fa;padding:.7rem;overflow:auto;margin:.3rem 0}
details{border:1px solid #d0d7de;border-radius:6px;margin:.5rem 0;padding:.4rem .8rem}summary{cursor:pointer}
.m{display:inline-block;min-width:4.2rem;font-weight:600}.p{font-family:ui-monospace,monospace}.s{color:#57606a;margin-left:.6rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;border-bottom:1px solid #eaeef2;padding:.25rem .5rem}
@media (prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}pre{background:#161b22}}`;

/** A schema in a few words: `string (uuid)`, `listen | whisper`, `object`. */
function typeOf(schema: Json): string {
  if (Array.isArray(schema["enum"])) return schema["enum"].map((value) => JSON.stringify(value)).join(" | ");
  if ("const" in schema) return JSON.stringify(schema["const"]);
  if (Array.isArray(schema["anyOf"])) return list(schema["anyOf"]).map(typeOf).join(" or ");
  if (schema["type"] === "array") return `array of ${typeOf(object(schema["items"]))}`;
  return string(schema["type"]) || "anything";
}

/** One row for each property, nested ones by their path. */
function rows(schema: Json, path = ""): string {
  if (schema["type"] === "array") return rows(object(schema["items"]), `${path}[]`);
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return Object.entries(object(schema["properties"]))
    .map(([name, value]) => {
      const property = object(value);
      const here = path === "" ? name : `${path}.${name}`;
      return `<tr><td><code>${escape(here)}</code></td><td>${escape(typeOf(property))}</td><td>${required.includes(name) ? "required" : ""}</td><td>${escape(string(property["description"]))}</td></tr>${rows(property, here)}`;
    })
    .join("");
}

const table = (content: string): string => (content === "" ? "" : `<table><tbody>${content}</tbody></table>`);

function content(value: Json): string {
  return Object.entries(object(value["content"]))
    .map(([type, media]) => {
      const schema = object(object(media)["schema"]);
      const properties = rows(schema);
      return `<p><code>${escape(type)}</code>${properties === "" ? ` ${escape(typeOf(schema))}` : ""}</p>${table(properties)}`;
    })
    .join("");
}

function operation(method: string, path: string, value: Json): string {
  const parameters = list(value["parameters"])
    .map((parameter) => `<tr><td><code>${escape(string(parameter["name"]))}</code></td><td>${escape(string(parameter["in"]))}, ${escape(typeOf(object(parameter["schema"])))}</td><td>${parameter["required"] === true ? "required" : ""}</td><td>${escape(string(parameter["description"]) || string(object(parameter["schema"])["description"]))}</td></tr>`)
    .join("");
  const body = content(object(value["requestBody"]));
  const responses = Object.entries(object(value["responses"]))
    .map(([status, response]) => `<p><strong>${escape(status)}</strong> ${escape(string(object(response)["description"]))}</p>${content(object(response))}`)
    .join("");
  return `<details id="${escape(string(value["operationId"]))}"><summary><span class="m">${method.toUpperCase()}</span><span class="p">${escape(path)}</span><span class="s">${escape(string(value["summary"]))}</span></summary>
<p>${escape(string(value["description"]))}</p>${parameters === "" ? "" : `<h4>Parameters</h4>${table(parameters)}`}${body === "" ? "" : `<h4>Body</h4>${body}`}<h4>Responses</h4>${responses}</details>`;
}

/** HTML for an OpenAPI document. */
export function docsPage(document: object): string {
  const root = object(document);
  const info = object(root["info"]);
  const sections = new Map<string, string>();
  for (const [path, item] of Object.entries(object(root["paths"]))) {
    for (const method of METHODS) {
      const value = object(object(item)[method]);
      if (Object.keys(value).length === 0) continue;
      const tag = Array.isArray(value["tags"]) ? string(value["tags"][0]) : "";
      sections.set(tag, (sections.get(tag) ?? "") + operation(method, path, value));
    }
  }
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(string(info["title"]))} API</title><style>${STYLE}</style></head><body>
<h1>${escape(string(info["title"]))} API</h1><p><a href="/docs/json">OpenAPI ${escape(string(root["openapi"]))}</a></p>
${string(info["description"]).split("\n\n").map((paragraph) => `<p>${escape(paragraph).replace(/`([^`]+)`/g, "<code>$1</code>")}</p>`).join("")}
${[...sections].map(([tag, operations]) => `<h2>${escape(tag)}</h2>${operations}`).join("\n")}
</body></html>`;
}
