/** How far the setup is: each step by itself, in any order. */
export const STEPS = ["microphone", "headset", "notices", "test"] as const;
export type Step = (typeof STEPS)[number];
export type Progress = "todo" | "done" | "broken" | "skipped";
export type Steps = Readonly<Record<Step, Progress>>;

export const BEGINNING: Steps = { microphone: "todo", headset: "todo", notices: "todo", test: "todo" };

/** Calls come and are heard without notices, so that a refusal of these keeps nobody. */
export const leftOf = (steps: Steps): readonly Step[] => STEPS.filter((step) => steps[step] === "todo" || (steps[step] === "broken" && step !== "notices"));
