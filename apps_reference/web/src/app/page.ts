/** The parts of index.html, found by id; a part of another kind is a fault of the page. */

export function part<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html needs a ${kind.name} #${id}`);
  return found;
}

export const button = (id: string): HTMLButtonElement => part(id, HTMLButtonElement);
export const input = (id: string): HTMLInputElement => part(id, HTMLInputElement);
export const select = (id: string): HTMLSelectElement => part(id, HTMLSelectElement);
export const box = (id: string): HTMLElement => part(id, HTMLElement);

/** Say something in a part of the page, unless it says so already. */
export function say(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Read a sentence out to those who listen; the same one twice is read twice. */
export function announce(sentence: string): void {
  const region = box('announce');
  region.textContent = '';
  requestAnimationFrame(() => {
    region.textContent = sentence;
  });
}

/** Set the radio buttons of a name. */
export function choose(name: string, value: string): void {
  for (const radio of document.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`)) {
    radio.checked = radio.value === value;
  }
}

/** Call `take` with the value whenever another radio button of the name is chosen. */
export function onChoice(name: string, take: (value: string) => void): void {
  for (const radio of document.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`)) {
    radio.addEventListener('change', () => take(radio.value));
  }
}
