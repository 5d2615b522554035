/** One photograph through one net. */

import type { Engine } from './engine';
import { fitted, frameOf } from './frame';
import { type Manifest, sideOf } from './manifest';
import type { Photo } from './photo';

export interface Segmented {
  /** The net's own map (height, width), before it is resized back. */
  readonly probability: Float32Array;
  readonly height: number;
  readonly width: number;
  /** The net alone. */
  readonly milliseconds: number;
}

/** @throws AppError the engine fails. */
export async function segment(
  photo: Photo,
  engine: Engine,
  manifest: Manifest,
): Promise<Segmented> {
  const [height, width] = sideOf(manifest.output);
  const tensor = fitted(photo, frameOf(manifest));
  const started = performance.now();
  const probability = await engine.run(tensor);
  return { probability, height, width, milliseconds: performance.now() - started };
}
