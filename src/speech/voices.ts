/** What Twilio's names of voices say: a language, and a man's or a woman's voice (https://www.twilio.com/docs/voice/twiml/say/text-speech). */

export type Gender = "male" | "female";

export interface VoiceWish {
  /** The name, when it is one; null: the usual voice. */
  readonly name: string | null;
  /** A tag such as `en-US`. */
  readonly language: string;
  readonly gender: Gender;
}

export const USUAL_LANGUAGE = "en-US";
/** A language tag (BCP 47) of language, and of script, region and the like. */
const TAG = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/;
const NAME = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;

const OF_TWILIO: Readonly<Record<string, Gender>> = { man: "male", woman: "female", alice: "female" };

/** Amazon Polly's voices by language, women before the bar (https://docs.aws.amazon.com/polly/latest/dg/available-voices.html), without accents. */
const POLLY = Object.entries({
  arb: "Zeina|",
  "ar-AE": "Hala|Zayd",
  "ca-ES": "Arlet|",
  "cmn-CN": "Zhiyu|",
  "cs-CZ": "Jitka|",
  "cy-GB": "Gwyneth|",
  "da-DK": "Naja Sofie|Mads",
  "de-AT": "Hannah|",
  "de-CH": "Sabrina|",
  "de-DE": "Marlene Vicki|Hans Daniel",
  "en-AU": "Nicole Olivia|Russell",
  "en-GB": "Amy Emma|Brian Arthur Geraint",
  "en-IE": "Niamh|",
  "en-IN": "Aditi Raveena Kajal|",
  "en-NZ": "Aria|",
  "en-SG": "Jasmine|",
  "en-US": "Ivy Joanna Kendra Kimberly Salli Danielle Ruth|Joey Justin Kevin Matthew Gregory Stephen Patrick",
  "en-ZA": "Ayanda|",
  "es-ES": "Conchita Lucia Alba|Enrique Sergio Raul",
  "es-MX": "Mia|Andres",
  "es-US": "Lupe Penelope|Miguel Pedro",
  "fi-FI": "Suvi|",
  "fr-BE": "Isabelle|",
  "fr-CA": "Chantal Gabrielle|Liam",
  "fr-FR": "Celine Lea|Mathieu Remi",
  "is-IS": "Dora|Karl",
  "it-IT": "Carla Bianca|Giorgio Adriano",
  "ja-JP": "Mizuki Kazuha Tomoko|Takumi",
  "ko-KR": "Seoyeon Jihye|",
  "nb-NO": "Liv Ida|",
  "nl-BE": "Lisa|",
  "nl-NL": "Lotte Laura|Ruben",
  "pl-PL": "Ewa Maja Ola|Jacek Jan",
  "pt-BR": "Camila Vitoria|Ricardo Thiago",
  "pt-PT": "Ines|Cristiano",
  "ro-RO": "Carmen|",
  "ru-RU": "Tatyana|Maxim",
  "sv-SE": "Astrid Elin|",
  "tr-TR": "Filiz Burcu|",
  "yue-CN": "Hiujin|",
});

const pollyVoices = (names: string | undefined): readonly string[] => (names ?? "").split(" ").filter((name) => name !== "");

function ofPolly(name: string): { readonly language: string; readonly gender: Gender } | null {
  for (const [language, names] of POLLY) {
    const [women, men] = names.split("|");
    if (pollyVoices(women).includes(name)) return { language, gender: "female" };
    if (pollyVoices(men).includes(name)) return { language, gender: "male" };
  }
  return null;
}

export const isLanguage = (tag: string): boolean => TAG.test(tag);

/** Never fails: what is not known is spoken by the usual voice of the language. A voice that has a language speaks that one. */
export function voiceWish(voice: string | null, language: string | null): VoiceWish {
  const plain = (voice ?? "").normalize("NFD").replace(/\p{Mn}/gu, "");
  const name = NAME.test(plain) ? plain : null;
  const asked = language !== null && isLanguage(language) ? language : null;
  const [maker = "", rest = ""] = /^(Polly|Google)\.(.+)$/.exec(plain)?.slice(1) ?? [];
  if (maker === "Polly") {
    const known = ofPolly(rest.replace(/-(?:Neural|Generative|Long-form)$/i, ""));
    if (known !== null) return { name, ...known };
  }
  if (maker === "Google") {
    const [own] = /^[a-z]{2,3}-[A-Z]{2}/.exec(rest) ?? [];
    if (own !== undefined) return { name, language: own, gender: "female" };
  }
  return { name, language: asked ?? USUAL_LANGUAGE, gender: OF_TWILIO[plain.toLowerCase()] ?? (maker === "" ? "male" : "female") };
}

/** The wished voice first, then what is more and more usual: another voice must speak where this one is not there. */
export function voicesToTry(wish: VoiceWish): readonly VoiceWish[] {
  const [base = wish.language] = wish.language.split("-");
  const all = [wish, { ...wish, name: null, language: base }, { ...wish, name: null, language: USUAL_LANGUAGE }];
  return all.filter((each, at) => all.findIndex((other) => other.language === each.language) === at);
}
