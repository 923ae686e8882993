/** The page's sounds, for whoever needs one. */
import { inject, type InjectionKey } from "vue";
import { preferences } from "../preferences.js";
import { createPlayer, type SoundPlayer } from "./player.js";

export const SOUND: InjectionKey<SoundPlayer> = Symbol("sound");

export function useSound(): SoundPlayer {
  const sound = inject(SOUND);
  if (sound === undefined) throw new Error("No sound is provided.");
  return sound;
}

const FULL = 100;

/** Per cent, as it is stored. */
export function storedVolume(): number {
  const stored = Number(preferences.get("ringVolume") ?? FULL);
  return Number.isFinite(stored) ? Math.min(FULL, Math.max(0, stored)) : FULL;
}

/** Unlocked by the first touch, which for most is the click on Sign in. */
export function createBrowserSound(): SoundPlayer {
  // Not in every browser; where it is missing, sound is tried.
  const activation: UserActivation | undefined = navigator.userActivation;
  const player = createPlayer(() => new AudioContext(), () => activation?.hasBeenActive ?? true);
  player.setVolume(storedVolume() / FULL);
  player.setDevice("ringer", preferences.get("ringer"));
  player.setDevice("headset", preferences.get("headset"));
  // Not when the button goes down: the bar that asks for the sound would vanish then, and what is below it would move away from under the hand.
  for (const event of ["click", "keydown"]) addEventListener(event, () => player.unlock(), { capture: true, passive: true });
  return player;
}
