/** Bodies are JSON everywhere; an empty one is `{}` whatever content type comes with it. */
import type { FastifyInstance } from "fastify";
import { invalid } from "../errors.js";

export const BODY_LIMIT_BYTES = 256 * 1024;

export function addBodyParsing(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    const text = String(body);
    if (text.trim() === "") return done(null, {});
    return parseJson(request, text, (error, value) => {
      if (error) done(invalid("body", "is not valid JSON."));
      else done(null, value);
    });
  });
  // curl sends a form's content type with `-d ''`.
  app.addHook("onRequest", async (request) => {
    const { headers } = request;
    if (headers["content-length"] === "0" || (headers["content-length"] === undefined && headers["transfer-encoding"] === undefined)) delete headers["content-type"];
  });
  app.addHook("preValidation", async (request) => {
    if (request.body === undefined && request.routeOptions.schema?.body !== undefined) request.body = {};
  });
}
