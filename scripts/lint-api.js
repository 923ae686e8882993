/**
 * Lints the documents of the API: `node scripts/lint-api.js openapi.json [asyncapi.json]`. OpenAPI by Redocly's recommended rules and by spectral:oas, AsyncAPI by
 * spectral:asyncapi. Each finding, warnings too, is a line; exits with 1 when there is any.
 */
import { readFileSync } from "node:fs";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import spectralCore from "@stoplight/spectral-core";
import Parsers from "@stoplight/spectral-parsers";
import rulesets from "@stoplight/spectral-rulesets";

const { Document, Spectral } = spectralCore;

async function redocly(file, source) {
  const problems = await lintFromString({ source, absoluteRef: `/${file}`, config: await createConfig({ extends: ["recommended"] }) });
  return problems.map(({ ruleId, message, location }) => `redocly ${ruleId}: ${message} (${location.map(({ pointer }) => pointer).join(", ")})`);
}

async function spectral(file, source, ruleset) {
  const linter = new Spectral();
  linter.setRuleset({ extends: [ruleset] });
  const results = await linter.run(new Document(source, Parsers.Json, file));
  return results.map(({ code, message, path }) => `spectral ${code}: ${message} (#/${path.join("/")})`);
}

const [openapi, asyncapi] = process.argv.slice(2);
const read = (file) => readFileSync(file, "utf8");
const found = [
  ...(openapi === undefined ? [] : [...(await redocly(openapi, read(openapi))), ...(await spectral(openapi, read(openapi), rulesets.oas))]),
  ...(asyncapi === undefined ? [] : await spectral(asyncapi, read(asyncapi), rulesets.asyncapi)),
];
for (const line of found) console.log(line);
process.exitCode = found.length === 0 ? 0 : 1;
