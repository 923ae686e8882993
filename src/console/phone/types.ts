/** The phone in the page, as the other rooms see it. */
import type { InjectionKey, ShallowRef } from "vue";

export interface PagePhone {
  readonly state: Readonly<ShallowRef<"off" | "registering" | "ready" | "elsewhere" | "failed">>;
  /** SIP Call-IDs of the page's own dialogs that ring. */
  readonly ringing: Readonly<ShallowRef<readonly string[]>>;
  readonly muted: Readonly<ShallowRef<boolean>>;
  /** Resolves when the call is answered. Throws ApiProblem, with words for the person, when there is no microphone or the call is gone. */
  answer(sipCallId: string): Promise<void>;
  decline(sipCallId: string): Promise<void>;
  /** Of the microphone, for all calls; it ends with the last call. */
  setMuted(muted: boolean): void;
  /** By the call that is spoken on. */
  dtmf(digit: string): void;
}

export const PHONE: InjectionKey<PagePhone> = Symbol("phone");

/** Why the phone is not ready. `insecure`: browsers give a microphone to pages over HTTPS alone. */
export type PhoneReason = "noAgent" | "switchedOff" | "notConfigured" | "insecure" | "server" | "unreachable" | "refused" | "reconnecting";
export type Grade = "good" | "fair" | "poor";

export interface VoiceQuality {
  readonly rttMs: number;
  readonly jitterMs: number;
  readonly lossPct: number;
  readonly grade: Grade;
}

export interface AudioDevice {
  readonly id: string;
  /** Empty before the person has allowed the microphone. */
  readonly label: string;
}

export interface AudioDevices {
  readonly microphones: readonly AudioDevice[];
  readonly outputs: readonly AudioDevice[];
}

export type DeviceKind = "microphone" | "headset" | "ringer";
/** A device's id; null: what the system takes. */
export type Chosen = Readonly<Record<DeviceKind, string | null>>;

/** All that the phone's own pages work with. */
export interface Handset extends PagePhone {
  readonly reason: Readonly<ShallowRef<PhoneReason | null>>;
  /** What rings audibly; a call that answers itself does not. */
  readonly ringsAloud: Readonly<ShallowRef<readonly string[]>>;
  /** SIP Call-IDs of the dialogs that are up. */
  readonly talking: Readonly<ShallowRef<readonly string[]>>;
  /** Of the microphone while it is open: 0 to 1; null: it is closed. */
  readonly level: Readonly<ShallowRef<number | null>>;
  /** Null while nobody talks. */
  readonly quality: Readonly<ShallowRef<VoiceQuality | null>>;
  readonly devices: Readonly<ShallowRef<AudioDevices>>;
  readonly chosen: Readonly<ShallowRef<Chosen>>;
  /** The other tab gives the phone as soon as its call has ended. */
  readonly awaitsOtherTab: Readonly<ShallowRef<boolean>>;
  /** Why another microphone, which was chosen during a call, is not used; null: it is. */
  readonly fault: Readonly<ShallowRef<string | null>>;
  choose(kind: DeviceKind, id: string | null): void;
  /** Opens the microphone for its level, and gives what closes it. Throws MicrophoneProblem. */
  openMicrophone(): Promise<() => void>;
  /** Takes the phone from the other tab. */
  useHere(): void;
  switchOn(on: boolean): void;
  /** At once, without waiting for the next try. */
  retry(): void;
  /** Dials from this page; resolves with the SIP Call-ID when it is answered. Throws ApiProblem. */
  call(target: string): Promise<string>;
  hangUp(sipCallId: string): void;
}

export const HANDSET: InjectionKey<Handset> = Symbol("handset");
