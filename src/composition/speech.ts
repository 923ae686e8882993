/** Speech for the programs of calls, as the operator has configured it. */
import type { Logger } from "pino";
import type { Config } from "../config.js";
import type { Metrics } from "../metrics.js";
import { AddressGuard, OutboundClient } from "../outbound/index.js";
import { LocalSpeech, openRecognizer, type AudioRequests, type Recognizer } from "../speech/index.js";

export interface SpeechParts {
  readonly speech: LocalSpeech;
  /** Null: the operator has named none. */
  readonly recognizer: Recognizer | null;
  close(): Promise<void>;
}

/** The operator's own services may be on this machine, or in its network: they alone may be asked by this client. */
function clientOf(urls: readonly (string | null)[]): OutboundClient {
  const allowed = urls.flatMap((text) => {
    if (text === null) return [];
    const { hostname, port, protocol } = new URL(text);
    return [`${hostname}:${port === "" ? (protocol === "https:" ? 443 : 80) : port}`];
  });
  return new OutboundClient({ guard: new AddressGuard({ allowed }), limits: { redirects: 0 } });
}

/** `requests` are those for sounds at other people's URLs. */
export async function openSpeech(config: Pick<Config, "speech" | "recognizer">, requests: AudioRequests, { metrics, logger }: { readonly metrics: Metrics; readonly logger: Logger }): Promise<SpeechParts> {
  const own = clientOf([config.speech.url, config.recognizer.url]);
  const speech = await LocalSpeech.open({ settings: config.speech, requests, ownRequests: own, metrics, logger });
  const recognizer = openRecognizer(config.recognizer, own, metrics);
  return {
    speech,
    recognizer,
    close: async () => {
      await speech.close();
      await recognizer?.close();
      await own.close();
    },
  };
}
