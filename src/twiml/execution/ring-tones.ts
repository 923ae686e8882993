/** Ringing as callers of a country know it (ITU-T E.180, Supplement 2), for FreeSWITCH's tone generator: milliseconds of sound and silence, and frequencies. */

const US = "%(2000,4000,440,480)";
const EUROPE = "%(1000,4000,425)";
const UK = "%(400,200,400,450);%(400,2000,400,450)";

const TONES: Readonly<Partial<Record<string, string>>> = {
  at: "%(1000,5000,420)", au: UK, be: "%(1000,3000,425)", bg: "%(1000,4000,425)", br: EUROPE, ch: EUROPE, cl: "%(1000,3000,400)", cn: "%(1000,4000,450)", cz: EUROPE, de: EUROPE, dk: "%(1000,4000,425)",
  ee: EUROPE, es: "%(1500,3000,425)", fi: EUROPE, fr: "%(1500,3500,440)", gr: EUROPE, hu: "%(1250,3750,425)", il: "%(1000,3000,400)", in: UK, it: EUROPE, jp: "%(1000,2000,400)", lt: EUROPE, mx: EUROPE,
  my: UK, nl: EUROPE, no: EUROPE, nz: UK, ph: "%(1000,4000,425,480)", pl: EUROPE, pt: "%(1000,5000,425)", ru: "%(800,3200,425)", se: "%(1000,5000,425)", sg: UK, th: EUROPE, tw: "%(1000,2000,440,480)",
  uk: UK, us: US, "us-old": "%(2000,4000,420,460)", ve: EUROPE, za: UK,
};

/** Until something else happens to the leg. Null: that of the United States, as of Twilio. */
export const ringTone = (country: string | null): string => `tone_stream://${TONES[country ?? "us"] ?? US};loops=-1`;
