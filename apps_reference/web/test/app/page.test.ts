import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const HTML = readFileSync(new URL('../../index.html', import.meta.url), 'utf8');
const SOURCES = import.meta.glob<string>('../../src/app/**/*.ts', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const found = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, name]) => name as string);
const IDS = found(HTML, / id="([^"]*)"/g);

test('every part that a view asks for is on the page', () => {
  const asked = Object.values(SOURCES).flatMap((source) => {
    return found(source, /\b(?:part|box|button|input|select)\(\s*'([^']*)'/g);
  });
  expect(asked.length).toBeGreaterThan(50);
  expect(asked.filter((id) => !IDS.includes(id))).toEqual([]);
});

test('every id is there once, and what names another part names one that is there', () => {
  expect(IDS.filter((id, at) => IDS.indexOf(id) !== at)).toEqual([]);
  const named = found(HTML, / aria-(?:labelledby|describedby|controls)="([^"]*)"/g);
  const icons = found(HTML, /<use href="#([^"]*)"/g);
  expect([...named, ...icons].filter((id) => !IDS.includes(id))).toEqual([]);
});
