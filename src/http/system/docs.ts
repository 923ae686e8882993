/** `/docs`: Swagger UI on the OpenAPI document. Its files lie in the package of @fastify/swagger-ui, and nothing comes from elsewhere. */
import { readFile } from "node:fs/promises";
import modules from "node:module";
import { z } from "zod";
import { PUBLIC } from "../access.js";
import type { HttpApp } from "../app-types.js";
import { describedDocument } from "../openapi/index.js";
import { Binary, content, errors } from "../schemas.js";
import { SharedDocument } from "../shared-document.js";

const TITLE = "Callplane API";

/** Relative, so that it works below a path of a proxy in front. */
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${TITLE}</title>
<link rel="icon" href="docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="docs/assets/swagger-ui.css">
</head>
<body>
<noscript><p>This page needs JavaScript. The document itself: <a href="docs/json">OpenAPI</a>, and <a href="docs/events">the live events</a>.</p></noscript>
<div id="swagger-ui"></div>
<script src="docs/assets/swagger-ui-bundle.js"></script>
<script src="docs/assets/start.js"></script>
</body>
</html>
`;

/** Asks nobody whether the document is valid: by default Swagger UI would send its address to a server of its makers. */
const START = `window.ui = SwaggerUIBundle({ url: "docs/json", dom_id: "#swagger-ui", presets: [SwaggerUIBundle.presets.apis], deepLinking: true, docExpansion: "none", filter: true, defaultModelsExpandDepth: 0, validatorUrl: null });
`;

/** What this page may load: files and documents of ours, and the pictures that stand in its stylesheet. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const ASSETS = { "swagger-ui-bundle.js": "text/javascript; charset=utf-8", "swagger-ui.css": "text/css; charset=utf-8", "favicon-32x32.png": "image/png", "start.js": "text/javascript; charset=utf-8" } as const;
type Asset = keyof typeof ASSETS;
const AssetParams = z.object({ file: z.enum(["swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png", "start.js"]) });

const packages = modules.createRequire(import.meta.url);
const bytesOf = async (file: Asset): Promise<string | Buffer> => (file === "start.js" ? START : readFile(packages.resolve(`@fastify/swagger-ui/static/${file}`)));

const tags = ["system"];

export function docs(app: HttpApp): void {
  const page = new SharedDocument("text/html; charset=utf-8", () => PAGE);
  app.route<{ Reply: Buffer }>({
    method: "GET",
    url: "/docs",
    schema: { operationId: "docs", tags, summary: "This documentation as a page.", response: { 200: content("text/html", "HTML."), ...errors } },
    config: { access: PUBLIC },
    handler: async (request, reply) => page.send(request, reply.header("content-security-policy", POLICY)),
  });

  // Bounded by the names of the files.
  const assets = new Map<Asset, SharedDocument>();
  app.route<{ Params: z.output<typeof AssetParams>; Reply: Buffer }>({
    method: "GET",
    url: "/docs/assets/:file",
    schema: { operationId: "docsAsset", tags, summary: "A file of that page.", params: AssetParams, response: { 200: { description: "The file.", content: { "text/javascript": { schema: z.string() }, "text/css": { schema: z.string() }, "image/png": { schema: Binary } } }, ...errors } },
    config: { access: PUBLIC },
    async handler(request, reply) {
      const { file } = request.params;
      let asset = assets.get(file);
      if (asset === undefined) {
        const bytes = await bytesOf(file);
        asset = new SharedDocument(ASSETS[file], () => bytes);
        assets.set(file, asset);
      }
      return asset.sendPacked(request, reply);
    },
  });

  const document = new SharedDocument("application/json; charset=utf-8", () => JSON.stringify(describedDocument(app)));
  app.route<{ Reply: Buffer }>({
    method: "GET",
    url: "/docs/json",
    schema: { operationId: "docsJson", tags, summary: "The OpenAPI 3.1 document.", response: { 200: z.looseObject({}), ...errors } },
    config: { access: PUBLIC },
    handler: async (request, reply) => document.sendPacked(request, reply),
  });
}
