import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LANGUAGES } from '../../src/app/language';
import { english } from '../../src/app/messages/en';

const HTML = readFileSync(new URL('../../index.html', import.meta.url), 'utf8');
const places = (sentence: string) => (sentence.match(/\{\w+\}/g) ?? []).sort();
const isKey = (key: string) => Object.hasOwn(english.messages, key);

describe.each(Object.entries(LANGUAGES))('%s', (_, { messages, problems }) => {
  test('fills the same places as English', () => {
    for (const [key, sentence] of Object.entries(english.messages)) {
      expect(places(messages[key as keyof typeof messages]), key).toEqual(places(sentence));
    }
    for (const [code, sentence] of Object.entries(english.problems)) {
      expect(places(problems[code as keyof typeof problems]), code).toEqual(places(sentence));
    }
  });

  test('leaves nothing empty, and ends no problem with a full stop', () => {
    for (const sentence of Object.values(messages)) expect(sentence.trim()).not.toBe('');
    for (const sentence of Object.values(problems)) expect(sentence).toMatch(/[^.\s]$/);
  });
});

test('the page names sentences that there are', () => {
  const named = [...HTML.matchAll(/data-t(?:-label)?="([^"]*)"/g)].map(([, key]) => key as string);
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((key) => !isKey(key))).toEqual([]);
});

test('the page says the same in its source as in English', () => {
  const said = [...HTML.matchAll(/data-t="([^"]*)"[^>]*>([^<]*)</g)];
  for (const [, key, text] of said) {
    expect(text, key).toBe(english.messages[key as keyof typeof english.messages]);
  }
});

test('no sentence is left that nothing says', () => {
  const source = [HTML, ...sources()].join('\n');
  const unused = Object.keys(english.messages).filter((key) => !source.includes(key));
  expect(unused).toEqual([]);
});

function sources(): string[] {
  const files = import.meta.glob<string>(['../../src/app/*.ts', '../../src/app/views/*.ts'], {
    query: '?raw',
    import: 'default',
    eager: true,
  });
  return Object.values(files);
}
