/** Which microphones and loudspeakers there are, and which of them the person has chosen. */
import { shallowRef, type ShallowRef } from "vue";
import { preferences, type Preference } from "../preferences.js";
import type { AudioDevice, AudioDevices, Chosen, DeviceKind } from "./types.js";

const KEYS: Readonly<Record<DeviceKind, Preference>> = { microphone: "microphone", headset: "headset", ringer: "ringer" };
/** Browsers list what the system takes once more under these names. */
const STANDARD = new Set(["", "default", "communications"]);

export interface DeviceList {
  readonly devices: ShallowRef<AudioDevices>;
  readonly chosen: ShallowRef<Chosen>;
  choose(kind: DeviceKind, id: string | null): void;
  /** Labels appear only once the microphone has been allowed. */
  look(): Promise<void>;
}

/** `media`: undefined on a page that is not secure. */
export function createDeviceList(media: Pick<MediaDevices, "enumerateDevices" | "addEventListener"> | undefined): DeviceList {
  const devices = shallowRef<AudioDevices>({ microphones: [], outputs: [] });
  const stored = (): Chosen => ({ microphone: preferences.get("microphone"), headset: preferences.get("headset"), ringer: preferences.get("ringer") });
  const chosen = shallowRef(stored());
  const look = async (): Promise<void> => {
    if (media === undefined) return;
    const found = await media.enumerateDevices().catch(() => []);
    const of = (kind: MediaDeviceKind): AudioDevice[] => found.filter((each) => each.kind === kind && !STANDARD.has(each.deviceId)).map(({ deviceId, label }) => ({ id: deviceId, label }));
    devices.value = { microphones: of("audioinput"), outputs: of("audiooutput") };
    // A headset that was pulled out comes back later: the choice is kept, and meanwhile the system's is used.
    const known = new Set([...devices.value.microphones, ...devices.value.outputs].map(({ id }) => id));
    const usable = (id: string | null): string | null => (id !== null && (known.size === 0 || known.has(id)) ? id : null);
    const { microphone, headset, ringer } = stored();
    const next = { microphone: usable(microphone), headset: usable(headset), ringer: usable(ringer) };
    if (JSON.stringify(next) !== JSON.stringify(chosen.value)) chosen.value = next;
  };
  media?.addEventListener("devicechange", () => void look());
  return {
    devices,
    chosen,
    choose(kind, id) {
      preferences.set(KEYS[kind], id);
      chosen.value = { ...chosen.value, [kind]: id };
    },
    look,
  };
}
