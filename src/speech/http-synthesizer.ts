/** A service that speaks, asked over HTTP. */
import type { AudioRequests } from "./ports.js";
import { plainText, ssml } from "./spoken.js";
import { namedVoice, type Synthesizer, type VoiceNames } from "./synthesizer.js";
import type { SpokenPart } from "./types.js";
import type { VoiceWish } from "./voices.js";

export interface HttpSynthesizerOptions {
  readonly url: string;
  /** Sent as bearer token. */
  readonly token: string | null;
  readonly names: VoiceNames;
  readonly requests: AudioRequests;
  readonly timeoutMs: number;
}

const MAX_BYTES = 64 * 1024 * 1024;

/**
 * One POST of JSON, answered with audio. The fields are those of OpenAI's `/v1/audio/speech`, which local servers speak too, and of piper's HTTP server, in one:
 * `input` and `text`, `voice` when the operator names one, `response_format` wav; besides, `language`, `gender` and `ssml`.
 */
export class HttpSynthesizer implements Synthesizer {
  readonly #options: HttpSynthesizerOptions;

  constructor(options: HttpSynthesizerOptions) {
    this.#options = options;
  }

  get identity(): string {
    const { host, pathname } = new URL(this.#options.url);
    return `${host}${pathname}`;
  }

  voiceOf(wish: VoiceWish): string | null {
    const { names } = this.#options;
    // Without a list, the service itself chooses by language and gender.
    return namedVoice(names, wish) ?? (Object.keys(names).length === 0 ? "" : null);
  }

  async speak(parts: readonly SpokenPart[], voice: string, { language, gender }: VoiceWish, signal: AbortSignal): Promise<{ readonly bytes: Buffer; readonly contentType: string }> {
    const { url, token, requests, timeoutMs } = this.#options;
    const text = plainText(parts);
    const marked = ssml(parts);
    const json = JSON.stringify({ input: text, text, ...(voice === "" ? {} : { voice }), language, gender, response_format: "wav", ...(marked === null ? {} : { ssml: marked }) });
    const { body, headers } = await requests.request({ url, method: "POST", json, headers: token === null ? {} : { authorization: `Bearer ${token}` }, limits: { totalMs: timeoutMs, maxBytes: MAX_BYTES }, signal });
    return { bytes: body, contentType: headers.get("content-type") ?? "" };
  }
}
