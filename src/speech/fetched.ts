/** Sounds at URLs, fetched, converted and kept as long as their server says that they are good. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { OutboundError, type OutboundHeaders } from "../outbound/index.js";
import { CacheFull, type CacheFile, type SoundCache } from "./cache.js";
import { CommandFailed } from "./command.js";
import { soundType, type Conversion, type SoundType } from "./conversion.js";
import { Crowded, Places } from "./places.js";
import type { AudioRequests } from "./ports.js";
import { Shared } from "./shared.js";
import { PlayFailed } from "./types.js";
import { NotASound } from "./wav.js";

export interface FetchedOptions {
  readonly requests: AudioRequests;
  readonly cache: SoundCache;
  readonly conversion: Conversion;
  readonly maxBytes: number;
  readonly now: () => number;
}

export interface Fetched {
  readonly file: CacheFile;
  readonly outcome: "cached" | "made";
}

/** Of Twilio's error dictionary: an answer that is no audio that can be played, and one that could not be had. */
const NO_AUDIO = 12_300;
const RETRIEVAL = 11_200;
/** Sounds that are fetched at a time: each is in memory as a whole. */
const AT_ONCE = 8;
const MAX_WAITING = 500;
/** A server may say that a sound is good for years. */
const MAX_FRESH_S = 86_400;

const record = z.object({
  file: z.string().regex(/^[0-9a-f]{64}\.wav$/),
  etag: z.string().max(1000).nullable(),
  modified: z.string().max(100).nullable(),
  /** Milliseconds since the epoch. */
  goodUntil: z.number(),
  /** Whether it may be played when its server cannot be asked. */
  outlasts: z.boolean(),
});
type UrlRecord = z.infer<typeof record>;

const isCacheFile = (name: string): name is CacheFile => name.endsWith(".wav");
const digest = (...parts: readonly (string | Buffer)[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

/** RFC 9111, 4.2 and 5.2.2. */
function freshness(headers: OutboundHeaders, now: number): Pick<UrlRecord, "goodUntil" | "outlasts"> {
  const control = (headers.get("cache-control") ?? "").toLowerCase();
  const mustAsk = /no-cache|no-store|must-revalidate|proxy-revalidate/.test(control);
  const age = Number(headers.get("age") ?? "0");
  const given = Number(/(?:^|[\s,])s-maxage=(\d{1,10})/.exec(control)?.[1] ?? /(?:^|[\s,])max-age=(\d{1,10})/.exec(control)?.[1] ?? "0");
  const left = /no-cache|no-store/.test(control) ? 0 : Math.max(0, given - (Number.isFinite(age) ? age : 0));
  return { goodUntil: now + Math.min(left, MAX_FRESH_S) * 1000, outlasts: !mustAsk };
}

export class FetchedSounds {
  readonly #options: FetchedOptions;
  readonly #shared = new Shared<Fetched>();
  readonly #places = new Places(AT_ONCE, MAX_WAITING);

  constructor(options: FetchedOptions) {
    this.#options = options;
  }

  /** Throws PlayFailed, and the signal's reason. */
  async get(url: string, signal: AbortSignal): Promise<Fetched> {
    return this.#shared.run(url, signal, async (shared) => {
      try {
        return await this.#get(url, shared);
      } catch (error) {
        shared.throwIfAborted();
        throw playFailed(error);
      }
    });
  }

  close(reason: Error): void {
    this.#shared.close(reason);
  }

  async #get(url: string, signal: AbortSignal): Promise<Fetched> {
    const { now } = this.#options;
    const about: CacheFile = `${digest("url", url)}.json`;
    const known = await this.#known(about);
    if (known !== null && known.goodUntil > now()) return { file: known.file, outcome: "cached" };
    return this.#places.within(signal, () => this.#fetch(url, about, known, signal)).catch((error: unknown) => {
      const isAway = error instanceof OutboundError && (error.failure === "connect" || error.failure === "time" || (error.status !== null && error.status >= 500));
      if (signal.aborted || known === null || !known.outlasts || !isAway) throw error;
      return { file: known.file, outcome: "cached" };
    });
  }

  async #known(about: CacheFile): Promise<(UrlRecord & { readonly file: CacheFile }) | null> {
    const { cache } = this.#options;
    const text = (await cache.has(about)) ? await cache.read(about) : null;
    if (text === null) return null;
    const parsed = record.safeParse(jsonOf(text));
    if (!parsed.success || !isCacheFile(parsed.data.file)) return null;
    return (await cache.has(parsed.data.file)) ? { ...parsed.data, file: parsed.data.file } : null;
  }

  async #fetch(url: string, about: CacheFile, known: (UrlRecord & { readonly file: CacheFile }) | null, signal: AbortSignal): Promise<Fetched> {
    const { requests, cache, maxBytes, now } = this.#options;
    const conditions = { ...(known?.etag == null ? {} : { "if-none-match": known.etag }), ...(known?.modified == null ? {} : { "if-modified-since": known.modified }) };
    const { status, headers, body } = await requests.request({ url, method: "GET", headers: { accept: "audio/*", ...conditions }, limits: { maxBytes }, signal });
    const fresh = freshness(headers, now());
    if (status === 304 && known !== null) {
      await this.#note(about, { ...known, ...fresh });
      return { file: known.file, outcome: "cached" };
    }
    const type = soundType(headers.get("content-type"));
    if (type === null) throw new PlayFailed(NO_AUDIO, `The content type ${oneLine(headers.get("content-type"))} is no audio that can be played.`);
    const { file, outcome } = await this.#converted(body, type, signal);
    const short = (value: string | null, most: number): string | null => (value !== null && value.length <= most ? value : null);
    await this.#note(about, { file, etag: short(headers.get("etag"), 1000), modified: short(headers.get("last-modified"), 100), ...fresh });
    await cache.has(file);
    return { file, outcome };
  }

  /** The same content is converted once, wherever it comes from. */
  async #converted(body: Buffer, type: SoundType, signal: AbortSignal): Promise<Fetched> {
    const { cache, conversion } = this.#options;
    const file: CacheFile = `${digest("sound", type, body)}.wav`;
    if (await cache.has(file)) return { file, outcome: "cached" };
    await cache.put(file, await conversion.convert(body, type, signal));
    return { file, outcome: "made" };
  }

  async #note(about: CacheFile, { file, etag, modified, goodUntil, outlasts }: UrlRecord): Promise<void> {
    await this.#options.cache.put(about, Buffer.from(JSON.stringify({ file, etag, modified, goodUntil, outlasts } satisfies UrlRecord)));
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const oneLine = (text: string | null): string => (text === null || text.trim() === "" ? "(none)" : text.replace(/[\p{Cc}\s]+/gu, " ").slice(0, 100));

function playFailed(error: unknown): PlayFailed {
  if (error instanceof PlayFailed) return error;
  if (error instanceof OutboundError) return new PlayFailed(error.code, error.message, { cause: error });
  if (error instanceof NotASound) return new PlayFailed(NO_AUDIO, `The sound cannot be played: ${error.message}.`, { cause: error });
  const why = error instanceof Crowded || error instanceof CacheFull || error instanceof CommandFailed ? error.message : "it could not be kept";
  return new PlayFailed(RETRIEVAL, `The sound cannot be played now: ${why}.`, { cause: error });
}
