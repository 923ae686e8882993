/** Recognizers of the operator's: a program, or a service. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { OutboundError } from "../outbound/index.js";
import { CommandFailed, type Commands } from "./command.js";
import { SAMPLES_PER_S } from "./levels.js";
import { Crowded } from "./places.js";
import type { AudioRequests } from "./ports.js";
import { RecognitionFailed, type Recognition, type RecognitionWish, type Recognizer } from "./recognizer.js";
import { waveFile } from "./wav.js";

/** A minute and a half, more than any utterance is. */
const MAX_AUDIO_BYTES = 90 * SAMPLES_PER_S * 2;
const MAX_TEXT_BYTES = 65_536;
const MAX_TEXT = 4096;
const MAX_HINTS = 1000;

async function whole(audio: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of audio) {
    bytes += piece.length;
    if (bytes > MAX_AUDIO_BYTES) break;
    pieces.push(piece);
  }
  return waveFile(Buffer.concat(pieces), SAMPLES_PER_S);
}

const tidy = (text: string): string => text.replace(/[\p{Cc}\p{Cs}\s]+/gu, " ").trim().slice(0, MAX_TEXT).replace(/\p{Cs}/gu, "");

export interface CommandRecognizerOptions {
  /** The program and its arguments; `{language}` in an argument stands for the tag. It reads a WAVE file from stdin and writes the text to stdout. */
  readonly argv: readonly string[];
  readonly commands: Commands;
  readonly timeoutMs: number;
}

export class CommandRecognizer implements Recognizer {
  readonly #options: CommandRecognizerOptions;

  constructor(options: CommandRecognizerOptions) {
    this.#options = options;
  }

  async recognize(audio: AsyncIterable<Buffer>, { language }: RecognitionWish, signal: AbortSignal): Promise<Recognition> {
    const { argv, commands, timeoutMs } = this.#options;
    const sound = await whole(audio);
    signal.throwIfAborted();
    try {
      const output = await commands.run(argv.map((each) => each.replaceAll("{language}", language)), sound, { timeoutMs, maxBytes: MAX_TEXT_BYTES }, signal);
      return { text: tidy(output.toString("utf8")), confidence: null };
    } catch (error) {
      if (error instanceof CommandFailed || error instanceof Crowded) throw new RecognitionFailed(error.message, { cause: error });
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#options.commands.close();
  }
}

export interface HttpRecognizerOptions {
  readonly url: string;
  /** Sent as bearer token. */
  readonly token: string | null;
  /** The service's name of what it should use; null: not sent. */
  readonly model: string | null;
  readonly requests: AudioRequests;
  readonly timeoutMs: number;
}

const answer = z.object({ text: z.string(), confidence: z.number().min(0).max(1).nullish() });

/** One POST of a form with the file, as OpenAI's `/v1/audio/transcriptions` and whisper.cpp's server take it; the answer is JSON with `text`, or plain text. */
export class HttpRecognizer implements Recognizer {
  readonly #options: HttpRecognizerOptions;

  constructor(options: HttpRecognizerOptions) {
    this.#options = options;
  }

  async recognize(audio: AsyncIterable<Buffer>, { language, hints }: RecognitionWish, signal: AbortSignal): Promise<Recognition> {
    const { url, token, model, requests, timeoutMs } = this.#options;
    const prompt = hints.join(", ").slice(0, MAX_HINTS);
    const fields = { ...(model === null ? {} : { model }), language: language.split("-")[0] ?? language, response_format: "json", ...(prompt === "" ? {} : { prompt }) };
    const content = multipart(fields, await whole(audio));
    signal.throwIfAborted();
    try {
      const { body, headers } = await requests.request({ url, method: "POST", content, headers: token === null ? {} : { authorization: `Bearer ${token}` }, limits: { totalMs: timeoutMs, readMs: timeoutMs, maxBytes: MAX_TEXT_BYTES }, signal });
      if (!/json/i.test(headers.get("content-type") ?? "")) return { text: tidy(body.toString("utf8")), confidence: null };
      const { text, confidence } = answer.parse(JSON.parse(body.toString("utf8")));
      return { text: tidy(text), confidence: confidence ?? null };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof OutboundError) throw new RecognitionFailed(error.message, { cause: error });
      throw new RecognitionFailed("the recognizer's answer cannot be read", { cause: error });
    }
  }

  async close(): Promise<void> {
    // The client is its owner's to close.
  }
}

/** RFC 7578. */
function multipart(fields: Readonly<Record<string, string>>, file: Buffer): { readonly type: string; readonly bytes: Buffer } {
  const boundary = randomUUID();
  const head = (disposition: string): string => `--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n`;
  const parts = Object.entries(fields).map(([name, value]) => `${head(`name="${name}"`)}\r\n${value}\r\n`);
  const opening = `${parts.join("")}${head('name="file"; filename="utterance.wav"')}content-type: audio/wav\r\n\r\n`;
  return { type: `multipart/form-data; boundary=${boundary}`, bytes: Buffer.concat([Buffer.from(opening), file, Buffer.from(`\r\n--${boundary}--\r\n`)]) };
}
