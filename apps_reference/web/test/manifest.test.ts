/** The manifests of tests/vectors/manifests.json, which every port must judge alike. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AppError } from '../src/core/errors';
import { parseManifest } from '../src/core/manifest';
import { MANIFESTS } from './vectors';

interface Case {
  readonly name: string;
  readonly refused_by: readonly string[];
  readonly set: object;
  readonly without: readonly string[];
}

const { base, cases }: { base: object; cases: readonly Case[] } = JSON.parse(
  readFileSync(MANIFESTS, 'utf8'),
);

test('there are enough cases of both kinds', () => {
  const refused = cases.filter((one) => one.refused_by.includes('web')).length;
  expect(refused).toBeGreaterThan(30);
  expect(cases.length - refused).toBeGreaterThan(20);
});

test.each(cases)('$name', ({ refused_by, set, without }) => {
  const fields = Object.entries({ ...base, ...set }).filter(([name]) => !without.includes(name));
  const parse = () => parseManifest(Object.fromEntries(fields));
  if (refused_by.includes('web')) expect(parse).toThrow(AppError);
  else expect(parse).not.toThrow();
});
