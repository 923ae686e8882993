import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { gzipSync, brotliCompressSync, deflateSync } from "node:zlib";
import twilio from "twilio";
import { afterEach, describe, expect, it } from "vitest";
import { AddressGuard, CookieJar, OutboundClient, type OutboundLimits } from "../../src/outbound/index.js";
import { receiver, type Receiver } from "./support.js";

const TOKEN = "0123456789abcdef0123456789abcdef";
const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});
const keep = <T extends { close(): unknown }>(each: T): T => {
  opened.push(each);
  return each;
};
const clientOf = (limits: Partial<OutboundLimits> = {}, allowed = ["127.0.0.1", "localhost"]): OutboundClient => keep(new OutboundClient({ guard: new AddressGuard({ allowed }), limits }));
const serve = async (...answer: Parameters<typeof receiver>): Promise<Receiver> => keep(await receiver(...answer));
const failing = (code: number, failure: string): unknown => expect.objectContaining({ name: "OutboundError", code, failure });

/** A server of plain bytes. */
async function raw(answer: (write: (text: string | Buffer) => void, end: () => void) => void): Promise<string> {
  const server: Server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => answer((text) => socket.write(text), () => socket.destroy()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  keep(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe("a request", () => {
  it("posts a form whose signature Twilio's validator accepts", async () => {
    const server = await serve((_request, response) => response.setHeader("content-type", "text/xml").end("<Response/>"));
    const response = await clientOf().request({ url: `${server.url}/voice?a=1%20b&c=O'Brien#rc=0`, method: "POST", form: [["CallSid", "CA1"], ["From", "+1 555"], ["x", "ü&="]], signWith: TOKEN });
    expect(response).toMatchObject({ status: 200, url: `${server.url}/voice?a=1%20b&c=O%27Brien` });
    expect([response.headers.get("Content-Type"), response.headers.get("x-none"), response.body.toString()]).toEqual(["text/xml", null, "<Response/>"]);
    const [request] = server.received;
    expect(request).toMatchObject({ method: "POST", path: "/voice?a=1%20b&c=O%27Brien", headers: { "content-type": "application/x-www-form-urlencoded; charset=UTF-8" } });
    const form = Object.fromEntries(new URLSearchParams(request?.body));
    expect(form).toEqual({ CallSid: "CA1", From: "+1 555", x: "ü&=" });
    expect(twilio.validateRequest(TOKEN, String(request?.headers["x-twilio-signature"]), `${server.url}${request?.path}`, form)).toBe(true);
  });

  it("carries a GET's form in the query, and a JSON body's digest, and signs both so that Twilio's validator accepts them", async () => {
    const server = await serve((_request, response) => response.end());
    const client = clientOf();
    await client.request({ url: `${server.url}/voice?a=1`, method: "GET", form: [["b", "2 3"], ["b", "4"]], signWith: TOKEN });
    await client.request({ url: `${server.url}/voice`, method: "GET", form: [["b", "+"]], signWith: TOKEN });
    await client.request({ url: `${server.url}/hook`, method: "POST", json: '{"a":1}', signWith: TOKEN });
    const [first, second, third] = server.received;
    expect([first?.path, second?.path, third?.headers["content-type"]]).toEqual(["/voice?a=1&b=2+3&b=4", "/voice?b=%2B", "application/json"]);
    for (const each of [first, second]) expect(twilio.validateRequest(TOKEN, String(each?.headers["x-twilio-signature"]), `${server.url}${each?.path}`, {})).toBe(true);
    expect(twilio.validateRequestWithBody(TOKEN, String(third?.headers["x-twilio-signature"]), `${server.url}${third?.path}`, third?.body ?? "")).toBe(true);
  });

  it("sends user and password as HTTP Basic, and neither in the URL", async () => {
    const server = await serve((_request, response) => response.end());
    await clientOf().request({ url: server.url.replace("//", "//us%40er:p%3Ass@"), method: "POST", signWith: TOKEN });
    const [request] = server.received;
    expect(Buffer.from(String(request?.headers.authorization).replace("Basic ", ""), "base64").toString()).toBe("us@er:p:ss");
    expect(twilio.validateRequest(TOKEN, String(request?.headers["x-twilio-signature"]), `${server.url}/`, {})).toBe(true);
  });

  it("keeps its connection for the next one, and meets one that was closed meanwhile", async () => {
    const server = await serve(({ path }, response, socket) => {
      response.end("ok", () => path === "/close" && socket.resetAndDestroy());
    });
    const client = clientOf();
    for (const path of ["/", "/", "/close", "/"]) expect((await client.request({ url: server.url + path, method: "POST" })).body.toString()).toBe("ok");
    expect(server.received).toHaveLength(4);
    expect(server.connections()).toBeLessThanOrEqual(2);
  });
});

describe("cookies", () => {
  it("come back on later requests with the same jar, where they belong", async () => {
    const server = await serve(({ path }, response) => {
      if (path === "/login") response.setHeader("set-cookie", ["session=1; Path=/; HttpOnly", "narrow=2; Path=/other", "evil=3; Domain=example.org", `long=${"x".repeat(5000)}`]);
      response.end();
    });
    const [client, cookies] = [clientOf(), new CookieJar()];
    for (const path of ["/login", "/", "/other/place"]) await client.request({ url: server.url + path, method: "POST", cookies });
    await client.request({ url: server.url, method: "POST", cookies: new CookieJar() });
    expect(server.received.map(({ headers }) => headers.cookie)).toEqual([undefined, "session=1", "narrow=2; session=1", undefined]);
  });

  it("are bounded, and one that is known can still be changed", () => {
    const jar = new CookieJar();
    for (let each = 0; each < 200; each++) jar.keep("http://a.example/", [`c${each}=1`]);
    jar.keep("http://a.example/", ["c0=2"]);
    const sent = jar.headerFor("http://a.example/").split("; ");
    expect(sent).toHaveLength(50);
    expect(sent).toContain("c0=2");
  });
});

describe("a redirect", () => {
  it.each([[301, "GET", ""], [302, "GET", ""], [303, "GET", ""], [307, "POST", "a=1"], [308, "POST", "a=1"]])("with %i goes on as %s, signed for where it goes", async (status, method, body) => {
    const server = await serve(({ path }, response) => {
      if (path === "/") response.writeHead(status, { location: "next?x=1", "set-cookie": "s=1" });
      response.end("end");
    });
    const response = await clientOf().request({ url: server.url, method: "POST", form: [["a", "1"]], signWith: TOKEN, cookies: new CookieJar() });
    expect([response.url, response.body.toString()]).toEqual([`${server.url}/next?x=1`, "end"]);
    const last = server.received[1];
    expect(last).toMatchObject({ method, body, headers: { cookie: "s=1" } });
    expect(twilio.validateRequest(TOKEN, String(last?.headers["x-twilio-signature"]), `${server.url}/next?x=1`, Object.fromEntries(new URLSearchParams(body)))).toBe(true);
  });

  it("takes no credentials to another host", async () => {
    const other = await serve((_request, response) => response.end());
    const server = await serve(({ path }, response) => response.writeHead(307, { location: path === "/" ? "/same" : `${other.url.replace("127.0.0.1", "localhost")}/` }).end());
    await clientOf().request({ url: server.url.replace("//", "//user:password@"), method: "POST", headers: { "X-Own": "1", Cookie: "a=b" } });
    expect(server.received.map(({ headers }) => headers.authorization !== undefined)).toEqual([true, true]);
    expect(other.received[0]?.headers).toMatchObject({ "x-own": "1" });
    expect(other.received[0]?.headers.authorization ?? other.received[0]?.headers.cookie).toBeUndefined();
  });

  it("to an address that may not be asked is refused, as a name and as an address", async () => {
    let reached = 0;
    const inner = await serve((_request, response) => {
      reached++;
      response.end();
    });
    const port = new URL(inner.url).port;
    const server = await serve(({ path }, response) => response.writeHead(302, { location: path === "/name" ? `http://localhost:${port}/` : inner.url }).end());
    const client = clientOf({}, [`127.0.0.1:${new URL(server.url).port}`]);
    for (const path of ["/name", "/address"]) await expect(client.request({ url: server.url + path, method: "GET" })).rejects.toEqual(failing(11205, "address"));
    await expect(client.request({ url: `${server.url}/name`, method: "GET" })).rejects.toEqual(failing(11205, "address"));
    expect(reached).toBe(0);
  });

  it("without end, without a place, to another scheme or of another kind is an error of its own", async () => {
    const server = await serve(({ path }, response) => {
      if (path === "/300") response.writeHead(300).end();
      else if (path === "/none") response.writeHead(302).end();
      else response.writeHead(302, { location: path === "/file" ? "file:///etc/passwd" : "/loop" }).end();
    });
    const client = clientOf({ redirects: 3 });
    const asked = (path: string) => client.request({ url: server.url + path, method: "GET" });
    await expect(asked("/loop")).rejects.toEqual(failing(11215, "redirect"));
    expect(server.received).toHaveLength(4);
    await expect(asked("/none")).rejects.toEqual(failing(11216, "redirect"));
    await expect(asked("/300")).rejects.toEqual(failing(11216, "redirect"));
    await expect(asked("/file")).rejects.toEqual(failing(11100, "url"));
  });
});

describe("what a server may answer", () => {
  it.each([["gzip", gzipSync], ["deflate", deflateSync], ["br", brotliCompressSync]] as const)("%s is decompressed, and a bomb costs no more than the limit", async (encoding, compress) => {
    const server = await serve(({ path }, response) => response.setHeader("content-encoding", encoding).end(compress(path === "/bomb" ? Buffer.alloc(50_000_000) : Buffer.from("hello"))));
    const client = clientOf({ maxBytes: 100_000 });
    expect((await client.request({ url: server.url, method: "GET" })).body.toString()).toBe("hello");
    await expect(client.request({ url: `${server.url}/bomb`, method: "GET" })).rejects.toEqual(failing(11200, "size"));
  });

  it("is no larger than the limit, whether or not its length is announced", async () => {
    const server = await serve(({ path }, response) => {
      if (path === "/announced") response.setHeader("content-length", 200_000);
      response.write(Buffer.alloc(150_000));
      response.end(Buffer.alloc(50_000));
    });
    for (const path of ["/announced", "/"]) await expect(clientOf({ maxBytes: 100_000 }).request({ url: server.url + path, method: "GET" })).rejects.toEqual(failing(11200, "size"));
  });

  it.each([400, 404, 500, 503])("as %i is an error with its status", async (status) => {
    const server = await serve((_request, response) => response.writeHead(status).end("<Response/>"));
    await expect(clientOf().request({ url: server.url, method: "POST" })).rejects.toEqual(expect.objectContaining({ code: 11217, failure: "status", status }));
    expect(server.received).toHaveLength(1);
  });

  it.each([
    ["no HTTP", "hello\r\n\r\n", 11206],
    ["a length that it does not keep", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", 11200],
    ["a compression that is none", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", 11206],
    ["a compression that nobody knows", "HTTP/1.1 200 OK\r\nContent-Encoding: zip\r\nContent-Length: 5\r\n\r\nhello", 11206],
    ["another protocol", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", 11206],
    ["nothing", "", 11200],
  ])("with %s ends in an error", async (_what, text, code) => {
    const url = await raw((write, end) => {
      write(text);
      setImmediate(end);
    });
    await expect(clientOf().request({ url, method: "POST" })).rejects.toEqual(expect.objectContaining({ code }));
  });

  it("slowly ends at the limit between two packets, or at that of everything", async () => {
    const url = await raw((write) => write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin"));
    const silent = await raw(() => undefined);
    for (const each of [url, silent]) {
      await expect(clientOf({ readMs: 100 }).request({ url: each, method: "POST" })).rejects.toEqual(failing(11200, "time"));
      await expect(clientOf({ totalMs: 100 }).request({ url: each, method: "POST" })).rejects.toEqual(failing(11200, "time"));
      await expect(clientOf().request({ url: `${each}#tt=100`, method: "POST" })).rejects.toEqual(failing(11203, "time"));
      await expect(clientOf().request({ url: `${each}#rt=100`, method: "POST" })).rejects.toEqual(failing(11200, "time"));
    }
  });
});

describe("a connection that fails", () => {
  it("is tried as often as is said, and told as such", async () => {
    const server = await serve((_request, response) => response.end());
    const { url } = server;
    await server.close();
    await expect(clientOf().request({ url, method: "POST" })).rejects.toEqual(failing(11205, "connect"));
    await expect(clientOf({}, ["no.such.host.invalid"]).request({ url: "http://no.such.host.invalid/", method: "GET" })).rejects.toEqual(failing(11210, "connect"));
  });

  it("is not one when the URL is none", async () => {
    for (const url of ["", "voice", "http://", "http://a b/", "ftp://example.org/"]) await expect(clientOf().request({ url, method: "GET" })).rejects.toEqual(failing(11100, "url"));
  });

  it.each([["#rc=3&rp=5xx", 4], ["#rc=2&rp=4xx", 1], ["#rc=2&rp=all", 3], ["#rc=0&rp=all", 1], ["#rc=9&rp=all", 2], ["#section", 1], ["", 1]])("and a status are tried again as the fragment %s says", async (fragment, times) => {
    const server = await serve((_request, response) => response.writeHead(503).end());
    await expect(clientOf().request({ url: `${server.url}/${fragment}`, method: "POST" })).rejects.toEqual(failing(11217, "status"));
    expect(server.received).toHaveLength(times);
    expect(server.received[0]?.path).toBe("/");
  });
});

describe("an answer with an ETag or a date", () => {
  it("is asked for again with it, and taken from memory when it has not changed", async () => {
    let version = 1;
    const server = await serve(({ headers, path }, response) => {
      const tag = `"${version}"`;
      if (path === "/private") response.setHeader("cache-control", "private");
      if (headers["if-none-match"] === tag) return void response.writeHead(304, { etag: tag }).end();
      response.setHeader("etag", tag).end(`version ${version}`);
    });
    const client = clientOf();
    const text = async (path = "/"): Promise<string> => (await client.request({ url: server.url + path, method: "GET" })).body.toString();
    expect([await text(), await text()]).toEqual(["version 1", "version 1"]);
    version = 2;
    expect([await text(), await text("/private"), await text("/private")]).toEqual(["version 2", "version 2", "version 2"]);
    expect(server.received.map(({ headers }) => headers["if-none-match"])).toEqual([undefined, '"1"', '"1"', undefined, undefined]);
  });

  it("is the caller's own business when the caller asks with one", async () => {
    const server = await serve((_request, response) => response.writeHead(304).end());
    expect(await clientOf().request({ url: server.url, method: "GET", headers: { "If-None-Match": '"1"' } })).toMatchObject({ status: 304 });
    await expect(clientOf().request({ url: server.url, method: "GET" })).rejects.toEqual(failing(11216, "redirect"));
  });
});

describe("a client", () => {
  it("calls off what is under way when it is told to, or closed", async () => {
    let asked: (() => void) | null = null;
    const url = await raw(() => asked?.());
    const client = clientOf();
    const controller = new AbortController();
    const under = (signal?: AbortSignal) => {
      const came = new Promise<void>((resolve) => (asked = resolve));
      const end = expect(client.request({ url, method: "POST", ...(signal === undefined ? {} : { signal }) })).rejects.toEqual(failing(11200, "aborted"));
      return { came, end };
    };
    const first = under(controller.signal);
    await first.came;
    controller.abort();
    await first.end;
    const second = under();
    await second.came;
    await client.close();
    await second.end;
    await expect(client.request({ url, method: "POST" })).rejects.toEqual(failing(11200, "aborted"));
    await expect(clientOf().request({ url, method: "POST", signal: AbortSignal.abort() })).rejects.toEqual(failing(11200, "aborted"));
  });
});
