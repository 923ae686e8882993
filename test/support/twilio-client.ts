/** Twilio's own client, unchanged, whose requests go to Callplane. */
import twilio from "twilio";

/** Sends to `url` what is meant for Twilio. `accountSid`: the account that the paths name. */
export function twilioClient(url: string, { sid, authToken }: { readonly sid: string; readonly authToken: string }, accountSid = sid): ReturnType<typeof twilio> {
  const httpClient = new twilio.RequestClient();
  httpClient.axios.interceptors.request.use((request) => {
    request.url = (request.url ?? "").replace("https://api.twilio.com", url);
    return request;
  });
  return twilio(sid, authToken, { httpClient, accountSid });
}
