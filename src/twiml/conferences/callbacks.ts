/** What a conference tells the server that asked for it (https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallback). */
import type { Callback } from "../attributes.js";
import { rfc2822 } from "../call-parameters.js";
import type { ConferenceEvent } from "../nouns/conference.js";
import { signedBy, type CallbackDelivery, type Callbacks, type Form, type ProgramAccount } from "../ports.js";
import type { ConferenceBook, KeptConference, KeptParticipant } from "./kept.js";

/** Events, and by which word they are asked for. */
const ASKED_BY = {
  "conference-start": "start",
  "conference-end": "end",
  "participant-join": "join",
  "participant-leave": "leave",
  "participant-mute": "mute",
  "participant-unmute": "mute",
  "participant-hold": "hold",
  "participant-unhold": "hold",
  "participant-modify": "modify",
  "participant-speech-start": "speaker",
  "participant-speech-stop": "speaker",
  "announcement-end": "announcement",
  "announcement-fail": "announcement",
} as const satisfies Record<string, ConferenceEvent>;
export type ConferenceNews = keyof typeof ASKED_BY;

export interface ConferenceFacts {
  readonly sid: string;
  readonly name: string;
  readonly account: ProgramAccount;
}

/** Where callbacks go, and what is kept of the conference for a later process. */
export interface ConferencePorts {
  readonly callbacks: Callbacks;
  readonly book: Pick<ConferenceBook, "put" | "remove">;
  /** Told when something could not be made durable. */
  readonly failed: (error: unknown) => void;
}

/** Tells what happens, and keeps how the conference stands. What has happened is kept first and told then, so that a process that is killed leaves it to the next one. */
export class ConferenceCallbacks {
  readonly #facts: ConferenceFacts;
  readonly #ports: ConferencePorts;
  readonly #standing: () => Omit<KeptConference, "callback" | "sequence" | "untold">;
  /** As the first participant has set it; its URL is absolute. */
  readonly #callback: Callback<ConferenceEvent> | null;
  #sequence: number;
  /** In order. Bounded by the events of a conference that are not yet durable. */
  readonly #untold: CallbackDelivery[];
  #isQueued = false;
  /** Bounded by `#isQueued`: one write waits at most. */
  #writes: Promise<void> = Promise.resolve();

  /** @param standing gives how the conference stands now */
  constructor(facts: ConferenceFacts, { callback, sequence, untold }: Pick<KeptConference, "callback" | "sequence" | "untold">, ports: ConferencePorts, standing: () => Omit<KeptConference, "callback" | "sequence" | "untold">) {
    this.#facts = facts;
    this.#ports = ports;
    this.#standing = standing;
    this.#callback = callback;
    this.#sequence = sequence;
    this.#untold = [...untold];
  }

  /** Whether anybody is told of it. */
  wants(news: ConferenceNews): boolean {
    return this.#callback?.events.includes(ASKED_BY[news]) === true;
  }

  tell(news: ConferenceNews, about: Form, at: Date = new Date()): void {
    if (this.#callback !== null && this.wants(news)) {
      const { sid, name, account } = this.#facts;
      const sequence = this.#sequence++;
      this.#untold.push({
        organizationId: account.organizationId,
        lane: sid,
        kind: "callback",
        url: this.#callback.url,
        method: this.#callback.method,
        form: [
          ["AccountSid", account.accountSid],
          ["ConferenceSid", sid],
          ["FriendlyName", name],
          ["StatusCallbackEvent", news],
          ["SequenceNumber", String(sequence)],
          ["Timestamp", rfc2822(at)],
          ...about,
        ],
        ...signedBy(account),
        // After a crash it may be told again, and is delivered once.
        once: `${sid}/${sequence}`,
      });
    }
    this.keep();
  }

  /** What has changed is kept, and what has happened is told. */
  keep(): void {
    if (this.#isQueued) return;
    this.#isQueued = true;
    this.#writes = this.#writes.then(() => this.#write());
  }

  /** It is over, and nobody is in it: nothing more is kept. */
  over(): void {
    this.#writes = this.#writes.then(() => this.#ports.book.remove(this.#facts.sid)).catch(this.#ports.failed);
  }

  /** Resolves when what was told so far is durable. Never rejects. */
  get settled(): Promise<void> {
    return this.#writes;
  }

  async #write(): Promise<void> {
    this.#isQueued = false;
    const { book, callbacks, failed } = this.#ports;
    const untold = [...this.#untold];
    await book.put({ ...this.#standing(), callback: this.#callback, sequence: this.#sequence, untold }).catch(failed);
    // Not those that have happened meanwhile: they are kept first.
    for (const each of untold) {
      await callbacks.enqueue(each).catch(failed);
      this.#untold.shift();
    }
  }
}

/** What is told of one participant. */
export function aboutParticipant(participant: Pick<KeptParticipant, "callSid" | "muted" | "held" | "coached" | "endConferenceOnExit" | "startConferenceOnEnter" | "label">): Form {
  const { callSid, muted, held, coached, endConferenceOnExit, startConferenceOnEnter, label } = participant;
  return [
    ["CallSid", callSid],
    ["Muted", String(muted)],
    ["Hold", String(held)],
    ["Coaching", String(coached !== null)],
    ...(coached === null ? [] : ([["CallSidToCoach", coached]] as const)),
    ["EndConferenceOnExit", String(endConferenceOnExit)],
    ["StartConferenceOnEnter", String(startConferenceOnEnter)],
    ...(label === null ? [] : ([["ParticipantLabel", label]] as const)),
  ];
}
