/** Single keys: off where somebody types, and for whoever has switched them off. */

type Pressed = Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "altKey" | "metaKey" | "repeat">;

export type SupervisionKey = "listen" | "whisper" | "barge" | "leave";

export function supervisionKey({ key, shiftKey, ctrlKey, altKey, metaKey, repeat }: Pressed): SupervisionKey | null {
  if (ctrlKey || altKey || metaKey || repeat) return null;
  if (key === "Escape") return "leave";
  const letter = key.toLowerCase();
  // Everybody hears a barge: one slip of a finger must not do it.
  if (shiftKey) return letter === "b" ? "barge" : null;
  return letter === "l" ? "listen" : letter === "w" ? "whisper" : null;
}

/** Whether the key belongs to what has the focus: a field, a menu, a dialog. */
export function isTaken(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, select, textarea, [contenteditable], dialog, [role=menu], [role=listbox], details[open]") !== null;
}
