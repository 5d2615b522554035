/** Runs `model.onnx` with ONNX Runtime Web: WebAssembly on the CPU. */

import * as ort from 'onnxruntime-web/wasm';
import type { Artefact } from '../core/artefact';
import { type Engine, restore, type Stored, store } from '../core/engine';
import { AppError, reasonOf } from '../core/errors';
import { requireDescribed, threadsText } from './describe';

const VERSION = ort.env.versions.web;
/** Of this page: the library starts its threads once. */
let started: number | undefined;
const RUNTIME = `ONNX Runtime Web ${VERSION}`;

/** @throws AppError the model does not load. */
export async function openOnnx(artefact: Artefact, threads: number): Promise<Engine> {
  const { manifest } = artefact;
  started ??= threads;
  ort.env.wasm.numThreads = started;
  ort.env.wasm.wasmPaths = new URL(`wasm/onnxruntime-${VERSION}/`, document.baseURI).href;
  ort.env.logLevel = 'error';
  const session = await opened(artefact.model);
  try {
    requireDescribed(manifest.input, own(session.inputMetadata));
    requireDescribed(manifest.output, own(session.outputMetadata));
  } catch (error) {
    void session.release();
    throw error;
  }
  return {
    name: 'onnxruntime-web',
    runtime: RUNTIME,
    delegate: `CPU, WebAssembly, ${threadsText(started)}`,
    async run(tensor) {
      const { name, dtype, shape } = manifest.input;
      const input = new ort.Tensor(dtype, store(tensor, manifest.input, manifest.rules), shape);
      try {
        const outputs = await session.run({ [name]: input }, [manifest.output.name]);
        const stored = outputs[manifest.output.name]?.data as Stored;
        return restore(stored, manifest.output, manifest.rules);
      } catch (error) {
        throw new AppError('engine-run', { engine: RUNTIME, reason: reasonOf(error) });
      }
    },
    close: () => void session.release(),
  };
}

async function opened(model: Uint8Array): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
  } catch (error) {
    throw new AppError('engine-load', { engine: RUNTIME, reason: reasonOf(error) });
  }
}

function own(metadata: readonly ort.InferenceSession.ValueMetadata[]) {
  return metadata.flatMap((tensor) => {
    return tensor.isTensor ? [{ name: tensor.name, dtype: tensor.type, shape: tensor.shape }] : [];
  });
}
