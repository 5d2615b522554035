/** The model's own tensors must be what its manifest says. */

import { AppError } from '../core/errors';
import type { TensorInfo } from '../core/manifest';

export interface OwnTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: ArrayLike<number | string>;
}

/** @throws AppError where `info` is not among the model's own tensors. */
export function requireDescribed(info: TensorInfo, own: readonly OwnTensor[]): void {
  const wanted = `${info.name} ${info.dtype} ${info.shape}`;
  const found = own.map(({ name, dtype, shape }) => `${name} ${dtype} ${Array.from(shape)}`);
  if (!found.includes(wanted)) {
    const reason = `its model has ${found.join('; ')} and not ${wanted}`;
    throw new AppError('artefact-damaged', { file: 'manifest.json', reason });
  }
}

/** "1 thread", "4 threads". */
export function threadsText(threads: number): string {
  return threads === 1 ? '1 thread' : `${threads} threads`;
}
