/** What the phone needs of a SIP library. `jssip.ts` is the one; tests have their own. */

export interface IceServer {
  readonly urls: string | readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

export interface SipSettings {
  readonly domain: string;
  readonly wssUrl: string;
  readonly user: string;
  readonly password: string;
  readonly iceServers: readonly IceServer[];
}

/** One call of the page, from its first ring to its end. */
export interface SipDialog {
  readonly callId: string;
  /** A header of the INVITE that came; null: there is none. */
  header(name: string): string | null;
  answer(voice: MediaStream): void;
  /** Declines what rings, hangs up what talks. Does nothing once it has ended. */
  end(): void;
  dtmf(digit: string): void;
  /** Null before it is answered. */
  connection(): RTCPeerConnection | null;
}

export interface SipHandlers {
  readonly registered: () => void;
  /** The status of the reply; null: there was none. */
  readonly refused: (status: number | null) => void;
  readonly disconnected: () => void;
  readonly rings: (dialog: SipDialog) => void;
  readonly answered: (dialog: SipDialog) => void;
  /** `cause` as the library words it; for a call that was dialled and refused, the status. */
  readonly ended: (dialog: SipDialog, cause: string) => void;
  /** The far end is heard on this track. */
  readonly heard: (dialog: SipDialog, track: MediaStreamTrack) => void;
}

export interface SipAgent {
  /** Connects, registers, and goes on trying to connect. */
  start(): void;
  register(): void;
  /** For the registrations to come. */
  setPassword(password: string): void;
  /** The connection is taken for dead: another is made. */
  reconnect(): void;
  call(target: string, voice: MediaStream): SipDialog;
  /** Unregisters; nothing may be up any more. */
  stop(): void;
  /** Is gone without a word, as a page that is closed: Callplane keeps the caller, and a BYE would end the call. */
  vanish(): void;
}

export type SipFactory = (settings: SipSettings, handlers: SipHandlers) => SipAgent;
