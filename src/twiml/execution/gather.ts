import { underAny } from "../../abort.js";
import type { Form, Heard } from "../ports.js";
import { NEXT, type Next } from "../next.js";
import { codeOfError, PROGRAM_CODES } from "../program-error.js";
import type { Run } from "../run.js";
import type { Gather, Prompt } from "../verbs/gather.js";
import { Keys } from "./keys.js";
import { pause } from "./pause.js";
import { play } from "./play.js";
import { say } from "./say.js";

/**
 * The caller's keys or words while prompts are played, and for the timeout after them (https://www.twilio.com/docs/voice/twiml/gather). All keys count that are pressed
 * from its beginning on, also while a prompt plays, which the first one stops. Those of before it do not, such as while its document is asked for
 * (https://www.twilio.com/help/faq/voice/troubleshooting-issues-with-gather).
 */
export async function gather(run: Run, verb: Gather): Promise<Next> {
  const byKeys = verb.input.includes("dtmf");
  const keys = new Keys(verb);
  const over = new AbortController();
  const off = byKeys ? run.onDigit((digit) => keys.press(digit)) : (): void => undefined;
  try {
    await run.answer();
    const speech = verb.input.includes("speech") ? new Speech(run, verb, keys.first, over.signal) : null;
    const stop = new AbortController();
    if (verb.bargeIn) void speech?.begun.then(() => stop.abort());
    speech?.start();
    await underAny([keys.first, stop.signal], async (heard) => {
      for (const prompt of verb.prompts) if (!heard.aborted) await tell(run, prompt, heard);
    });
    speech?.promptsOver();
    await Promise.race([byKeys || speech === null ? keysOver(run, verb, keys, speech) : new Promise<void>(() => undefined), speech?.over ?? new Promise<void>(() => undefined)]);
    run.assertUp();
    return answer(run, verb, keys, speech?.heard ?? null);
  } finally {
    off();
    over.abort();
  }
}

async function tell(run: Run, prompt: Prompt, stop: AbortSignal): Promise<void> {
  if (prompt.verb === "Say") await say(run, prompt, stop);
  else if (prompt.verb === "Play") await play(run, prompt, stop);
  else await pause(run, prompt, stop);
}

/** Resolves when the keys are complete, or none has come for the timeout; while the caller speaks, silence is the recognizer's matter. */
async function keysOver(run: Run, verb: Gather, keys: Keys, speech: Speech | null): Promise<void> {
  const speaks = (): boolean => speech?.speaks === true && keys.presses === 0;
  while (!keys.done.aborted) {
    const changed = new AbortController();
    keys.onPress = () => changed.abort();
    if (speech !== null) speech.onFailed = () => changed.abort();
    const spoke = speaks();
    await run.wait(spoke ? verb.maxSpeechS : verb.timeoutS, changed.signal);
    run.assertUp();
    if (!changed.signal.aborted && spoke === speaks()) return;
  }
}

function answer(run: Run, verb: Gather, keys: Keys, heard: Heard | null): Next {
  if (heard !== null && heard.text !== "" && keys.digits === "") {
    return run.action(verb.action, verb.method, [["SpeechResult", heard.text], ["Confidence", String(heard.confidence ?? 0)], ["Language", verb.language]]);
  }
  if (keys.digits === "" && !verb.actionOnEmptyResult) return NEXT;
  const finished: Form = keys.finishedOn === null ? [["FinishedOnKey", ""]] : [["FinishedOnKey", keys.finishedOn]];
  return run.action(verb.action, verb.method, [["Digits", keys.digits], ...finished]);
}

/** `speechTimeout="auto"`: who pauses for so long has said it. */
const AUTO_END_MS = 1000;

/** What the caller says, where somebody can recognize it. A key ends it: the first input wins. */
class Speech {
  readonly #run: Run;
  readonly #verb: Gather;
  readonly #signals: readonly AbortSignal[];
  promptsOver: () => void = () => undefined;
  readonly #afterPrompts = new Promise<void>((resolve) => (this.promptsOver = resolve));
  #begin: () => void = () => undefined;
  #end: () => void = () => undefined;
  /** Resolves when the caller begins to speak. */
  readonly begun = new Promise<void>((resolve) => (this.#begin = resolve));
  /** Resolves when the caller has spoken, or nobody can recognize it. */
  readonly over = new Promise<void>((resolve) => (this.#end = resolve));
  heard: Heard | null = null;
  speaks = false;
  /** Called when the recognizer has failed, and keys are all that is left. */
  onFailed: () => void = () => undefined;
  #partials = 0;

  constructor(run: Run, verb: Gather, ...signals: readonly AbortSignal[]) {
    this.#run = run;
    this.#verb = verb;
    this.#signals = signals;
  }

  start(): void {
    const { recognize } = this.#run.parts.ears;
    if (recognize === null) {
      this.#run.warn(PROGRAM_CODES.schemaWarning, "Nobody here can recognize speech, so only keys are taken.", { element: "Gather", line: this.#verb.line });
      // A caller who cannot be understood is given the time that the program meant.
      void this.#timeUp();
      return;
    }
    const { language, hints, speechTimeout, timeoutS, maxSpeechS } = this.#verb;
    const wish = {
      language,
      hints,
      endMs: speechTimeout === "auto" ? AUTO_END_MS : (speechTimeout ?? timeoutS) * 1000,
      maxMs: maxSpeechS * 1000,
      began: () => {
        this.speaks = true;
        this.#begin();
      },
      partial: (text: string) => this.#partial(text),
    };
    void underAny([this.#run.signal, ...this.#signals], (signal) => recognize(this.#run.leg, wish, signal)).then(
      (heard) => {
        this.heard = heard;
        if (heard.text !== "") this.#begin();
        this.#end();
      },
      (error: unknown) => {
        if (!this.#signals.some(({ aborted }) => aborted) && !this.#run.signal.aborted) this.#run.error(codeOfError(error, PROGRAM_CODES.internal), "The speech could not be recognized.", { element: "Gather", line: this.#verb.line });
        // From now on the keys decide, where there are any.
        this.speaks = false;
        if (this.#byKeys) this.onFailed();
        else this.#end();
      },
    );
    void this.#timeUp();
  }

  /** Nobody has said anything for the timeout after the prompts. */
  async #timeUp(): Promise<void> {
    try {
      await this.#afterPrompts;
      await this.#run.wait(this.#verb.timeoutS);
      if (this.speaks) await this.#run.wait(this.#verb.maxSpeechS);
      if (this.speaks || !this.#byKeys) this.#end();
    } catch {
      this.#end();
    }
  }

  get #byKeys(): boolean {
    return this.#verb.input.includes("dtmf");
  }

  #partial(text: string): void {
    if (text === "") return;
    this.speaks = true;
    this.#begin();
    const callback = this.#verb.partialResults;
    if (callback === null) return;
    const form = this.#run.form([["UnstableSpeechResult", text], ["Stability", "0.5"], ["SequenceNumber", String(this.#partials++)], ["Language", this.#verb.language]]);
    this.#run.callback(callback.url, callback.method, form).catch((error: unknown) => this.#run.warn(codeOfError(error, PROGRAM_CODES.retrieval), "A partial result could not be told.", { element: "Gather", line: this.#verb.line }));
  }
}
