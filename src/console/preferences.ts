/** What a browser remembers of a person: nothing that is secret, and nothing about a caller. */
const KEYS = ["language", "theme", "keys", "big", "microphone", "headset", "ringer", "ringVolume", "phone"] as const;
export type Preference = (typeof KEYS)[number];

/** Where the browser keeps nothing (a private window), everything is as if it had never been set. */
export const preferences = {
  get(key: Preference): string | null {
    try {
      return localStorage.getItem(`callplane.${key}`);
    } catch {
      return null;
    }
  },
  set(key: Preference, value: string | null): void {
    try {
      if (value === null) localStorage.removeItem(`callplane.${key}`);
      else localStorage.setItem(`callplane.${key}`, value);
    } catch {
      // Not kept.
    }
  },
};
