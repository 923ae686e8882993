// Writes openapi.json and events.json from a running Callplane, for generators of types: the events' schemas (AsyncAPI) wrapped as an OpenAPI document.
import { writeFileSync } from "node:fs";

const url = process.argv[2] ?? "http://127.0.0.1:8080";
const documentAt = async (path) => (await fetch(`${url}${path}`, { headers: { accept: "application/json" } })).json();

writeFileSync("openapi.json", JSON.stringify(await documentAt("/docs/json")));
const { info, components } = await documentAt("/docs/events");
writeFileSync("events.json", JSON.stringify({ openapi: "3.1.0", info: { title: info.title, version: info.version }, paths: {}, components: { schemas: components.schemas } }));
