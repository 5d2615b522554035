/** Opens the engine of an artefact: TFLite files run on LiteRT.js, ONNX files on ONNX Runtime Web. */

import type { Artefact } from '../core/artefact';
import type { Engine } from '../core/engine';
import { AppError } from '../core/errors';
import { hasSimd } from '../core/simd';

export interface EngineOptions {
  /** More than one needs a cross-origin isolated page; without it one thread runs. */
  readonly threads?: number;
  /** LiteRT.js alone; where the browser has none, or the model does not fit, the CPU runs it. */
  readonly webgpu?: boolean;
}

/** @throws AppError a browser without SIMD, or a model that does not load. */
export async function openEngine(artefact: Artefact, options: EngineOptions = {}): Promise<Engine> {
  if (!hasSimd()) throw new AppError('no-simd');
  const threads = globalThis.crossOriginIsolated ? (options.threads ?? 1) : 1;
  // one library is loaded, not both
  if (artefact.manifest.target === 'tflite') {
    const { openLiteRt } = await import('./litert');
    return openLiteRt(artefact, threads, options.webgpu ?? false);
  }
  const { openOnnx } = await import('./onnx');
  return openOnnx(artefact, threads);
}
