/** Twilio's own client, unchanged, whose requests go to Callplane. */
import twilio from "twilio";
import type { Stage } from "../contract/harness.js";

/** Sends to `url` what is meant for Twilio. `accountSid`: the account that the paths name. */
export function twilioClient(url: string, { sid, authToken }: { readonly sid: string; readonly authToken: string }, accountSid = sid): ReturnType<typeof twilio> {
  const httpClient = new twilio.RequestClient();
  httpClient.axios.interceptors.request.use((request) => {
    request.url = (request.url ?? "").replace("https://api.twilio.com", url);
    return request;
  });
  return twilio(sid, authToken, { httpClient, accountSid });
}

/** The client of an organization's account, which its admin (`as`) makes. Made anew each time: Callplane is elsewhere after a restart. */
export async function accountClient(stage: Pick<Stage, "url">, as: Stage["root"]): Promise<() => ReturnType<typeof twilioClient>> {
  const { body } = await as.post("/voiceconfig/account");
  const { accountSid: sid, authToken } = body as { readonly accountSid: string; readonly authToken: string };
  return () => twilioClient(stage.url(), { sid, authToken });
}
