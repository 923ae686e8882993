export { SSML_ELEMENTS, PlayFailed, type Speech, type SpokenPart, type SpokenText, type SsmlElement, type SsmlName } from "./types.js";
export { RecognitionFailed, type Recognition, type RecognitionWish, type Recognizer } from "./recognizer.js";
export { MACHINE_DETECTION, MachineDetector, detectMachine, type AnsweredBy, type MachineDetectionSettings, type MachineVerdict } from "./machine-detection.js";
