/** Files with a contract of their own: what they are fed and how their results are read. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { restore, type Stored, store } from '../src/core/engine';
import { type Frame, fitted, maskIn, unfitted } from '../src/core/frame';
import { sideOf, type TensorInfo } from '../src/core/manifest';
import type { Rules } from '../src/core/rules';
import { fromRuns, largePhoto } from './vectors';

interface Case {
  readonly name: string;
  readonly contract: Rules;
  readonly threshold: number;
  readonly image: readonly [number, number];
  readonly input: TensorInfo;
  readonly stored: number[];
  readonly output: TensorInfo;
  readonly result: number[];
  readonly probability: number[];
  readonly map: number[];
  readonly mask: number[];
}

const FILE = new URL('../../../tests/vectors/contracts.json', import.meta.url);
const CASES: Case[] = JSON.parse(readFileSync(FILE, 'utf8')).cases;
const ARRAYS = { float32: Float32Array, int8: Int8Array, uint8: Uint8Array };

test.each(CASES)('$name', ({ contract, image, input, output, threshold, ...wanted }) => {
  const frame: Frame = { size: sideOf(input), ...contract };
  const stored = store(fitted(largePhoto(...image), frame), input, contract);
  expect([...stored]).toEqual(wanted.stored);
  const result = new ARRAYS[output.dtype](wanted.result) as Stored;
  const found = restore(result, output, contract);
  const furthest = found.map((value, at) => Math.abs(value - (wanted.probability[at] as number)));
  expect(Math.max(...furthest)).toBeLessThan(1e-6);
  const map = Float32Array.from(wanted.probability);
  expect([...unfitted(map, sideOf(output), image, frame)]).toEqual(wanted.map);
  expect(maskIn(map, sideOf(output), image, frame, threshold)).toEqual(fromRuns(wanted.mask));
});
