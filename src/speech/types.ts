/** What is said and played to a caller, as the programs of a call word it. */

/** The children of `<Say>` that Twilio documents (https://www.twilio.com/docs/voice/twiml/say/text-speech). */
export const SSML_ELEMENTS = ["break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"] as const;
export type SsmlName = (typeof SSML_ELEMENTS)[number];

export interface SsmlElement {
  readonly element: SsmlName;
  /** As they stand in the document; what an adapter cannot use, or what is not valid, counts as not given. */
  readonly attributes: Readonly<Partial<Record<string, string>>>;
  readonly content: readonly SpokenPart[];
}

/** Text, or an element around some. */
export type SpokenPart = string | SsmlElement;

export interface SpokenText {
  readonly content: readonly SpokenPart[];
  /** A name as Twilio has them: `man`, `woman`, `alice`, `Polly.Joanna-Neural`, `Google.de-DE-Wavenet-A`; null: the usual one. */
  readonly voice: string | null;
  /** A tag such as `en-US`; null: the voice's own, else American English. */
  readonly language: string | null;
}

/**
 * Why something cannot be played, with an error of Twilio's dictionary (https://www.twilio.com/docs/api/errors): 11100 to 11299 for the request, 12300 for
 * an answer that is no audio, or none that can be read here.
 */
export class PlayFailed extends Error {
  constructor(
    readonly code: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "PlayFailed";
  }
}

/** Sound files for a caller. What it gives is an absolute path as FreeSWITCH sees it, or a tone that FreeSWITCH makes itself; `mediaSource` takes both. */
export interface Speech {
  /**
   * The text as a sound file, made or taken from the cache. Where it cannot be spoken: a tone, and the digits of the text as far as there are recordings
   * of them. The file stays for its own length and two minutes after it was given; ask again before it is played again. Rejects with the signal's reason,
   * and when it is closed.
   */
  say(text: SpokenText, signal: AbortSignal): Promise<string>;
  /** The sound at an http or https URL; the file stays as long as that of `say`. Throws PlayFailed, and the signal's reason. */
  play(url: string, signal: AbortSignal): Promise<string>;
  /** Why callers hear tones in place of words, for the operator; null: nothing speaks against it. */
  readonly trouble: string | null;
  /** Ends what is being made, whose callers get a rejection. Idempotent. */
  close(): Promise<void>;
}
