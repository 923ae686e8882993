/**
 * A lab is a FreeSWITCH with phones and a trunk around it, simulated or real. The contract suite is written once against this
 * and runs on both (DESIGN, Tests, ring 2).
 */

export type PartyBehaviour = (
  /** `headers` of the answer are without quotes. */
  | { readonly kind: "answer"; readonly afterMs?: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: "busy" }
  | { readonly kind: "reject" }
  /** Rings until the other side gives up. */
  | { readonly kind: "no-answer" }
) & {
  /** Asks for credentials first (407), for these alone. */
  readonly challenge?: typeof PEER;
};

/** This phone of the lab does nothing when it is asked to answer (NOTIFY `talk`); the others answer. */
export const IGNORES_TALK = "1005";

/** What a party asks for that asks for credentials. */
export const PEER = { username: "peer", password: "open, sesame 1=2" } as const;

/** `1001`: the phone of that extension; `customer`: the far end of the trunk call with that number. */
export type Party = string;

export interface Lab {
  readonly kind: "simulated" | "real";
  /** The SIP domain of the lab's phones, for `org create --domain`. */
  readonly domain: string;
  /** Host, port and password of the event socket, as FREESWITCH_NODES takes it: `esl://:password@host:port`. */
  readonly eslUrl: string;
  /** Extensions whose phones exist in the directory; 1001 to 1005 are registered at start, 1009 exists and is never registered. */
  readonly extensions: readonly string[];
  /** What the phone does with its next calls; the default is to answer after 100 ms. */
  phone(extension: string, behaviour: PartyBehaviour): Promise<void>;
  /** What the trunk does with calls to this number (any number under +1555 exists; default: answer after 100 ms). */
  trunk(number: string, behaviour: PartyBehaviour): Promise<void>;
  /** Makes the phone register or drop its registration; resolves when the switch knows. */
  register(extension: string, registered: boolean): Promise<void>;
  /**
   * A customer calls in through the trunk: to an agent's extension (dialplan `bridge`), or `queue:<name>` to wait in a department
   * (answered, parked, `callplane_queue` set). `headers` are further ones of the INVITE, without `;` and quotes. Resolves with the customer's channel uuid at the switch once it exists.
   */
  callIn(options: { readonly from: string; readonly to: string; readonly name?: string; readonly headers?: Readonly<Record<string, string>> }): Promise<string>;
  /** A phone dials by itself, as a person would with its keypad: another extension or a number. Resolves with the uuid of the phone's channel at the switch. */
  dialFrom(extension: string, to: string): Promise<string>;
  /** A phone that rings is answered now, whatever it would do by itself. Rejects when it does not ring. */
  answer(extension: string): Promise<void>;
  /** The far end hangs up: a phone by extension, or a customer by her number. */
  hangUp(party: Party): Promise<void>;
  /** The keypad digits that have reached the party's present calls. */
  digits(party: Party): string;
  /** The phone asks to send whom it talks to elsewhere (REFER). Rejects when it talks to nobody. */
  refer(extension: string, uri: string): Promise<void>;
  /** The phone puts its calls on hold by itself (a re-INVITE with `sendonly`), or takes them back. */
  holdAtPhone(extension: string, on: boolean): Promise<void>;
  /**
   * Who can be heard by `listener` now, among the extensions and customer numbers that take part in calls.
   * Real: by the tone that each party plays and what this one records; simulated: from the switch's own media graph.
   */
  hears(listener: Party): Promise<ReadonlySet<Party>>;
  /** Hertz of the tone that the party says all the time, when its voice is heard by a program. */
  voice(party: Party): number;
  /** What the party says from its next answer on, once, in place of its tone: linear PCM, 8 kHz, 16 bits, little-endian; null: its tone again. */
  says(party: Party, pcm: Buffer | null): Promise<void>;
  /** Which of these tones (hertz), of a program, reach the listener's ears now. */
  hearsTones(listener: Party, frequencies: readonly number[]): Promise<ReadonlySet<number>>;
  /** The party presses keys. */
  press(party: Party, digits: string): Promise<void>;
  /** Stops and starts the switch, same address and password; live calls are lost. */
  restart(): Promise<void>;
  close(): Promise<void>;
}
