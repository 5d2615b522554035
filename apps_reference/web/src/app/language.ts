/** What the app says, in the page's language. The page's own `lang` alone knows which one that is. */

import { filled } from '../core/errors';
import { german } from './messages/de';
import { english, type Key, type Messages } from './messages/en';
import { spanish } from './messages/es';
import type { Problem } from './problem';

export const LANGUAGES = { en: english, de: german, es: spanish } satisfies Record<
  string,
  Messages
>;
export type Language = keyof typeof LANGUAGES;

export const isLanguage = (text: string): text is Language => Object.hasOwn(LANGUAGES, text);

export function language(): Language {
  const { lang } = document.documentElement;
  return isLanguage(lang) ? lang : 'en';
}

/** The first of the reader's languages that the app speaks. */
export function preferred(wanted: readonly string[]): Language {
  return wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en';
}

/** The sentence of `key`, its `{places}` filled. */
export function t(key: Key, values: Readonly<Record<string, string>> = {}): string {
  return filled(LANGUAGES[language()].messages[key], values);
}

export function sentence({ code, details }: Problem): string {
  return `${filled(LANGUAGES[language()].problems[code], details)}.`;
}

export function number(value: number, digits = 0): string {
  return value.toLocaleString(language(), fixed(digits));
}

export function percent(share: number, digits = 1): string {
  return share.toLocaleString(language(), { style: 'percent', ...fixed(digits) });
}

function fixed(digits: number): Intl.NumberFormatOptions {
  return { minimumFractionDigits: digits, maximumFractionDigits: digits };
}

/** Speak `next` from now on: fill every element of the page that names its sentence. */
export function speak(next: Language): void {
  document.documentElement.lang = next;
  for (const element of document.querySelectorAll<HTMLElement>('[data-t]')) {
    element.textContent = t(element.dataset.t as Key);
  }
  for (const element of document.querySelectorAll<HTMLElement>('[data-t-label]')) {
    const label = t(element.dataset.tLabel as Key);
    element.setAttribute('aria-label', label);
    if (element.matches('button')) element.title = label;
  }
}
