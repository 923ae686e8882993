/** Face 2: the application that answers TwiML from the configuration, for Callplane's own engine and for Twilio (`seeds/001_a9d9437cdc2741c7.txt`). */
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { CallplaneError, invalid } from "../errors.js";
import { SIGNATURE_HEADER, verifySignature, type Form } from "../outbound/index.js";
import { twimlDocument, type PhoneLineRecord, type Place } from "../voice-app/index.js";
import type { RouteAccess } from "./access.js";
import type { Face, HttpApp } from "./app-types.js";
import { errors } from "./schemas.js";

/** A caller's progress must not wait for a limit that counts by address: all of Twilio's requests come from few. */
const SIGNED_BY_PROGRAM: RouteAccess = { roles: "public", uncounted: true, credential: "signature" };
const MAX_FIELDS = 200;
const MAX_VALUE = 4096;

/** A request's body as it came, for the signature. */
interface Sent {
  readonly form: Form;
  /** Of a body that is no form. */
  readonly text?: string;
}

const Parameters = z.record(z.string().max(128), z.unknown()).describe("Twilio's parameters, in either casing (`CallSid`, `callSid`), as a form or as JSON; what is not known is ignored.");
const FORM_OR_JSON = ["application/x-www-form-urlencoded", "application/json"];
const Twiml = z.string().meta({ examples: ['<?xml version="1.0" encoding="UTF-8"?><Response><Say>Hello.</Say></Response>'] });
const TWIML = { description: "TwiML.", content: { "text/xml": { schema: Twiml }, "application/json": { schema: z.object({ data: Twiml }) } } };
const PlaceQuery = z.object({
  config: z.string().regex(/^[1-9][0-9]{0,14}$/, "is not the id of a configuration.").transform(Number).optional(),
  step: z.enum(["menu", "rung", "rungLast", "queue", "message"]).optional(),
  tries: z.string().regex(/^(?:[1-9]|10)$/, "is not a number from 1 to 10.").transform(Number).optional(),
});

/** Takes forms besides JSON, on the routes of this scope alone. */
function addFormParsing(app: HttpApp, sent: WeakMap<FastifyRequest, Sent>): void {
  app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (request, body, done) => {
    const form: Form = [...new URLSearchParams(String(body))];
    sent.set(request, { form });
    done(null, Object.fromEntries(form));
  });
  app.removeContentTypeParser("application/json");
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    const text = String(body);
    sent.set(request, { form: [], text });
    if (text.trim() === "") return done(null, {});
    return parseJson(request, text, (error, value) => {
      if (error) done(invalid("body", "is not valid JSON."));
      else done(null, value);
    });
  });
}

interface Parameter {
  readonly name: string;
  readonly value: string;
}

/** The parameters of query and body by their names in lower case. Throws InvalidParameter for one that is no text. */
function parametersOf(request: FastifyRequest): ReadonlyMap<string, Parameter> {
  const all = [request.query, request.body].flatMap((source) => (typeof source === "object" && source !== null ? Object.entries(source) : []));
  if (all.length > MAX_FIELDS) throw invalid("body", `has more than ${MAX_FIELDS} parameters.`);
  return new Map(
    all.map(([name, value]: [string, unknown]) => {
      if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") throw invalid(name.replace(/[^\x20-\x7e]/g, "?").slice(0, 64), "is not a text.");
      return [name.toLowerCase(), { name, value: String(value).slice(0, MAX_VALUE) }];
    }),
  );
}

const wantsJson = ({ headers: { accept = "" } }: FastifyRequest): boolean => /\bapplication\/json\b/i.test(accept) && !/\bxml\b/i.test(accept);

export const voiceApplication: Face = (app, { voiceApplication: application, config }) => {
  const sent = new WeakMap<FastifyRequest, Sent>();
  addFormParsing(app, sent);

  /** The line that was called. Throws NotFound, and Forbidden for a request that the line's signing token has not signed. */
  const lineOf = (request: FastifyRequest, parameters: ReadonlyMap<string, Parameter>): PhoneLineRecord => {
    const to = (parameters.get("to") ?? parameters.get("called"))?.value ?? "";
    if (to === "") throw invalid("To", "is missing.");
    const line = application.line(to);
    if (line.signingToken !== null && !isSigned(request, line)) throw new CallplaneError("Forbidden", "X-Twilio-Signature is missing, or does not fit.");
    return line;
  };

  /** Whether whoever asks has a token of the line or of its organization's account. */
  function isSigned(request: FastifyRequest, line: PhoneLineRecord): boolean {
    const given = request.headers[SIGNATURE_HEADER];
    const { form, text } = sent.get(request) ?? { form: [] };
    const tokens = application.tokens(line);
    const path = request.raw.url ?? "";
    const urls = [...(config.publicUrl === null ? [] : [`${config.publicUrl}${path}`]), `${request.protocol}://${request.host}${path}`];
    const signature = typeof given === "string" ? given : undefined;
    return urls.some((url) => verifySignature(tokens, { url, form, signature, ...(text === undefined || text === "" ? {} : { body: text }) }));
  }

  for (const method of ["POST", "GET"] as const) {
    const suffix = method === "GET" ? "ByGet" : "";
    const routes = [
      { url: "/voice", operationId: `voice${suffix}`, summary: "What a caller of one of the lines meets, as TwiML: the beginning, or what follows a ring, a queue or a message." },
      { url: "/gather", operationId: `gather${suffix}`, summary: "What follows the keys that a caller has pressed in a menu, as TwiML." },
    ];
    for (const { url, operationId, summary } of routes) {
      app.route<{ Querystring: z.output<typeof PlaceQuery>; Body: unknown; Reply: string }>({
        method,
        url,
        schema: {
          operationId,
          tags: ["voice application"],
          summary,
          description: "Answers `text/xml`; with `Accept: application/json` `{\"data\": \"<xml>\"}`. `X-Twilio-Signature` is verified when the line has a signing token.",
          querystring: PlaceQuery.loose(),
          ...(method === "POST" ? { body: Parameters, consumes: FORM_OR_JSON } : {}),
          response: { 200: TWIML, ...errors },
        },
        config: { access: SIGNED_BY_PROGRAM },
        async handler(request, reply) {
          const parameters = parametersOf(request);
          const line = lineOf(request, parameters);
          const document = application.answer(line, {
            place: placeOf(request.query),
            digits: parameters.get("digits")?.value ?? "",
            dialCallStatus: parameters.get("dialcallstatus")?.value ?? "",
            queueResult: parameters.get("queueresult")?.value ?? "",
          });
          return wantsJson(request) ? reply.type("application/json; charset=utf-8").send(JSON.stringify({ data: document })) : reply.type("text/xml; charset=utf-8").send(document);
        },
      });
    }
    app.route<{ Body: unknown; Reply: string }>({
      method,
      url: "/statuscallback",
      schema: {
        operationId: `statusCallback${suffix}`,
        tags: ["voice application"],
        summary: "What has become of a call: passed on, signed anew, to the status callback of the line or of its configuration. A request that is not signed with a token of the line or of the account is not passed on.",
        querystring: z.looseObject({}),
        ...(method === "POST" ? { body: Parameters, consumes: FORM_OR_JSON } : {}),
        response: { 200: TWIML, ...errors },
      },
      config: { access: SIGNED_BY_PROGRAM },
      async handler(request, reply) {
        const parameters = parametersOf(request);
        const line = lineOf(request, parameters);
        if (isSigned(request, line)) await application.passOn(line, [...parameters.values()].map(({ name, value }) => [name, value] as const));
        const document = twimlDocument([]);
        return wantsJson(request) ? reply.type("application/json; charset=utf-8").send(JSON.stringify({ data: document })) : reply.type("text/xml; charset=utf-8").send(document);
      },
    });
  }
};

const placeOf = ({ config, step, tries }: z.output<typeof PlaceQuery>): Place | null => (config === undefined || step === undefined ? null : { config, step, ...(tries === undefined ? {} : { tries }) });
