/** The test vectors of the whole project (tests/vectors) and the packaged artefact they are of. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Photo } from '../src/core/photo';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDER = join(ROOT, 'tests/vectors');
export const MANIFESTS = join(FOLDER, 'manifests.json');
export const PACKAGED = join(ROOT, 'runtime_py/packaged/lean-isic2017/artefact');

export interface Vector {
  readonly id: string;
  readonly file: string;
  readonly photo: { readonly height: number; readonly width: number };
  readonly truth: readonly number[];
  readonly results: {
    readonly 'tflite-int8': {
      readonly probability: string;
      readonly mask: readonly number[];
      readonly area: number;
      readonly jaccard: number;
    };
  };
}

/** What becomes of an image that each language computes: `runtime_py/testvectors/vectors.py`. */
export interface Large {
  readonly height: number;
  readonly width: number;
  readonly tensor: { readonly height: number; readonly width: number; readonly sha256: string };
  readonly mask_sha256: string;
}

const INDEX = JSON.parse(readFileSync(join(FOLDER, 'vectors.json'), 'utf8'));
export const VECTORS: readonly Vector[] = INDEX.vectors;
export const LARGE: Large = INDEX.large;

/** A file of the vectors' folder. */
export function bytesOf(file: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(join(FOLDER, file)));
}

/** The mask of run lengths, 0s first. */
export function fromRuns(lengths: readonly number[]): Uint8Array {
  return Uint8Array.from(lengths.flatMap((length, at) => Array<number>(length).fill(at % 2)));
}

/** `large_photo` of runtime_py/testvectors: an image that no file holds. */
export function largePhoto(height: number, width: number): Photo {
  const rgb = new Uint8Array(height * width * 3);
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const level = 29 * row + 31 * column + ((row * column) >> 7);
      for (let channel = 0; channel < 3; channel++) rgb[at++] = level + 37 * channel;
    }
  }
  return { rgb, height, width };
}
