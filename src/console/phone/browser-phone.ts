/** The phone with what a browser has: Web Locks, a channel between tabs, devices. The heavy part is loaded when it is needed. */
import type { Console } from "../console.js";
import { parts } from "../ui/parts.js";
import { createPhone } from "./phone.js";
import { PhoneTab, type TabMessage, type TabPorts } from "./tab.js";
import type { Handset } from "./types.js";

const CHANNEL = "callplane-phone";

function channel(): TabPorts["channel"] {
  const open = new BroadcastChannel(CHANNEL);
  const own: TabPorts["channel"] = { postMessage: (message) => open.postMessage(message), onmessage: null, close: () => open.close() };
  open.onmessage = ({ data }: MessageEvent<TabMessage>) => own.onmessage?.({ data });
  return own;
}

/** `tone`: the page answers a call by itself. */
export function createBrowserPhone(given: Console, tone: () => void): Handset {
  // Undefined on pages that are not secure, whatever its type says.
  const media: MediaDevices | undefined = navigator.mediaDevices;
  return createPhone(given, {
    tone,
    isSecure: isSecureContext && media !== undefined,
    tab: (ports) => new PhoneTab({ ...ports, locks: navigator.locks, channel: channel(), id: crypto.randomUUID() }),
    engine: async (ports) => {
      const [{ createEngine }, { createJsSip }, { meter, listen }] = await parts.load(() => Promise.all([import("./engine.js"), import("./jssip.js"), import("./audio.js")]));
      return createEngine({ ...ports, api: given.api, live: given.live, sip: createJsSip, media, meter, listen });
    },
  });
}
