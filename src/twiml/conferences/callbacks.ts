/** What a conference tells the server that asked for it (https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallback). */
import type { Callback } from "../attributes.js";
import { rfc2822 } from "../call-parameters.js";
import type { ConferenceEvent } from "../nouns/conference.js";
import { signedBy, type CallbackDelivery, type Callbacks, type Form, type ProgramAccount } from "../ports.js";
import type { Participant } from "./participant.js";

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
  "announcement-end": "announcement",
  "announcement-fail": "announcement",
} as const satisfies Record<string, ConferenceEvent>;
export type ConferenceNews = keyof typeof ASKED_BY;

export interface ConferenceFacts {
  readonly sid: string;
  readonly name: string;
  readonly account: ProgramAccount;
}

export class ConferenceCallbacks {
  readonly #facts: ConferenceFacts;
  readonly #callbacks: Callbacks;
  readonly #failed: (error: unknown) => void;
  /** As the first participant has set it; its URL is absolute. */
  readonly #callback: Callback<ConferenceEvent> | null;
  #sequence = 1;
  /** In order. Bounded by the events of a conference that are not yet durable. */
  #writes: Promise<void> = Promise.resolve();

  constructor(facts: ConferenceFacts, callback: Callback<ConferenceEvent> | null, callbacks: Callbacks, failed: (error: unknown) => void) {
    this.#facts = facts;
    this.#callback = callback;
    this.#callbacks = callbacks;
    this.#failed = failed;
  }

  tell(news: ConferenceNews, about: Form, at: Date = new Date()): void {
    if (this.#callback === null || !this.#callback.events.includes(ASKED_BY[news])) return;
    const { sid, name, account } = this.#facts;
    const delivery: CallbackDelivery = {
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
        ["SequenceNumber", String(this.#sequence++)],
        ["Timestamp", rfc2822(at)],
        ...about,
      ],
      ...signedBy(account),
    };
    this.#writes = this.#writes.then(() => this.#callbacks.enqueue(delivery)).catch(this.#failed);
  }
}

/** What is told of one participant. */
export function aboutParticipant(participant: Participant): Form {
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
