/** Runs `model.tflite` with LiteRT.js: XNNPACK in WebAssembly, or WebGPU. */

import {
  type CompiledModel,
  getWebGpuDevice,
  isWebGPUSupported,
  loadAndCompile,
  loadLiteRt,
  supportsFeature,
  Tensor,
} from '@litertjs/core';
import { version } from '@litertjs/core/package.json';
import type { Artefact } from '../core/artefact';
import { type Engine, restore, type Stored, store } from '../core/engine';
import { AppError, reasonOf } from '../core/errors';
import { requireDescribed, threadsText } from './describe';

const RUNTIME = `LiteRT.js ${version}`;
/** Whether the build that is loaded has threads. */
let library: Promise<boolean> | undefined;

/** @throws AppError the model does not load. */
export async function openLiteRt(
  artefact: Artefact,
  threads: number,
  webgpu: boolean,
): Promise<Engine> {
  const { input, output } = artefact.manifest;
  if (input.dtype === 'int8' || output.dtype === 'int8') {
    const reason = `${RUNTIME} has no int8 inputs and results, int8 with float ones runs`;
    throw new AppError('artefact-unsupported', { reason });
  }
  const used = (await loaded()) ? threads : 1;
  const gpu = webgpu && isWebGPUSupported() && getWebGpuDevice() !== null;
  const onGpu = gpu ? await compiledForGpu(artefact) : undefined;
  const model = onGpu ?? (await compiled(artefact, used));
  const delegate = onGpu ? 'WebGPU' : `CPU, XNNPACK, ${threadsText(used)}`;
  return engineOf(model, artefact, delegate);
}

async function loaded(): Promise<boolean> {
  try {
    library ??= loadLibrary();
    return await library;
  } catch (error) {
    library = undefined; // the next try loads it anew
    throw new AppError('engine-load', { engine: RUNTIME, reason: reasonOf(error) });
  }
}

/** The threaded build where the page may share memory, whatever the number of threads. */
async function loadLibrary(): Promise<boolean> {
  const threads = globalThis.crossOriginIsolated && (await supportsFeature('relaxedSimd'));
  await loadLiteRt(new URL(`wasm/litert-${version}/`, document.baseURI).href, { threads });
  return threads;
}

async function compiled({ model }: Artefact, threads: number): Promise<CompiledModel> {
  try {
    return await loadAndCompile(model, {
      accelerator: 'wasm',
      cpuOptions: { numThreads: threads },
    });
  } catch (error) {
    throw new AppError('engine-load', { engine: RUNTIME, reason: reasonOf(error) });
  }
}

/** A model that the GPU runs whole, or undefined: LiteRT.js would then run all of it on the CPU. */
async function compiledForGpu({ model }: Artefact): Promise<CompiledModel | undefined> {
  const options = { accelerator: 'webgpu', gpuOptions: { precision: 'fp32' } } as const;
  const found = await loadAndCompile(model, options).catch(() => undefined);
  if (found && !found.isFullyAccelerated) {
    found.delete();
    return undefined;
  }
  return found;
}

function engineOf(model: CompiledModel, { manifest }: Artefact, delegate: string): Engine {
  try {
    requireDescribed(manifest.input, model.getInputDetails());
    requireDescribed(manifest.output, model.getOutputDetails());
  } catch (error) {
    model.delete();
    throw error;
  }
  return {
    name: 'litert-web',
    runtime: RUNTIME,
    delegate,
    async run(tensor) {
      const values = store(tensor, manifest.input, manifest.rules) as Exclude<Stored, Int8Array>;
      const input = Tensor.fromTypedArray(values, [...manifest.input.shape]);
      try {
        const outputs = await model.run({ [manifest.input.name]: input });
        const stored = await take(outputs, manifest.output.name);
        return restore(stored, manifest.output, manifest.rules);
      } catch (error) {
        throw new AppError('engine-run', { engine: RUNTIME, reason: reasonOf(error) });
      } finally {
        input.delete();
      }
    },
    close: () => model.delete(),
  };
}

/** Copy one result out of the library's memory and free all of them. */
async function take(outputs: Record<string, Tensor>, name: string): Promise<Stored> {
  try {
    return (await (outputs[name] as Tensor).data()) as Stored;
  } finally {
    for (const output of Object.values(outputs)) output.delete();
  }
}
