/** A packet of audio: 20 ms, as telephones and Twilio's messages have it. */
export const FRAME_MS = 20;
/** Of µ-law at 8 kHz. */
export const FRAME_BYTES = 160;
