/** Looks at a page, and works with it, as a person does: by the names of things and by keys. */
const squeezed = (text: string | null | undefined): string => (text ?? "").replace(/\s+/g, " ").trim();

/** Without what a screen reader does not say, and the signs of keys. */
function saidOf(element: Element | null | undefined): string {
  const copy = element?.cloneNode(true);
  if (!(copy instanceof Element)) return "";
  for (const hidden of copy.querySelectorAll("[aria-hidden=true], kbd")) hidden.remove();
  return squeezed(copy.textContent);
}

/** What a screen reader calls it. */
export function nameOf(element: Element): string {
  const label = element.getAttribute("aria-label");
  if (label !== null) return squeezed(label);
  const by = element.getAttribute("aria-labelledby");
  if (by !== null) return saidOf(document.getElementById(by));
  if (!element.matches("input, select, textarea")) return saidOf(element);
  return saidOf(element.id === "" ? null : document.querySelector(`label[for="${element.id}"]`)) || saidOf(element.closest("label"));
}

export const textOf = (element: Element | null | undefined): string => squeezed(element?.textContent);

export const all = <E extends HTMLElement = HTMLElement>(selector: string, within: ParentNode = document): readonly E[] => [...within.querySelectorAll<E>(selector)];
export const texts = (selector: string, within: ParentNode = document): readonly string[] => all(selector, within).map(textOf);
export const names = (selector: string, within: ParentNode = document): readonly string[] => all(selector, within).map(nameOf);

/** Throws where there is none. */
export function one<E extends HTMLElement = HTMLElement>(selector: string, within: ParentNode = document): E {
  const found = within.querySelector<E>(selector);
  if (found === null) throw new Error(`There is no ${selector} in: ${document.body.innerHTML}`);
  return found;
}

/** The one of this name. Throws where there is none. */
export function named<E extends HTMLElement = HTMLElement>(selector: string, name: string, within: ParentNode = document): E {
  const found = all<E>(selector, within);
  const match = found.find((element) => nameOf(element) === name);
  if (match === undefined) throw new Error(`No ${selector} is called ${name}, but: ${found.map(nameOf).join(" | ")}`);
  return match;
}
export const button = (name: string, within: ParentNode = document): HTMLButtonElement => named<HTMLButtonElement>("button", name, within);
export const alerts = (within: ParentNode = document): readonly string[] => texts("[role=alert]", within).filter((text) => text !== "");

/** Whether the page has let the browser do what it does by itself. */
export function press(key: string, target: EventTarget = document.activeElement ?? document.body, more: KeyboardEventInit = {}): boolean {
  return target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
}

export function type(field: HTMLInputElement | HTMLTextAreaElement, text: string): void {
  field.focus();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function choose(field: HTMLSelectElement, value: string): void {
  field.value = value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}
