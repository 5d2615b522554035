/** `device-report.json` (docs/device-report.md): what this browser computes on the golden images. */

import type { Artefact } from './artefact';
import { base64, littleEndian } from './bytes';
import type { Engine } from './engine';
import type { Photo } from './photo';
import { segment } from './segment';

export interface DeviceReport {
  readonly device: string;
  readonly os: string;
  readonly runtime: string;
  readonly delegate: string;
  readonly app: { readonly name: string; readonly version: string; readonly sha256: null };
  readonly model_sha256: string;
  readonly golden_sha256: string;
  readonly encoding: { readonly dtype: 'float32' };
  readonly images: readonly ReportedImage[];
  readonly format: 1;
}

interface ReportedImage {
  readonly id: string;
  readonly milliseconds: number;
  /** Base64 of the net's own map, float32, little-endian. */
  readonly probability: string;
}

export interface ReportOptions {
  readonly artefact: Artefact;
  readonly engine: Engine;
  /** Golden images by id, computed in this order. */
  readonly ids: readonly string[];
  readonly golden: (id: string) => Promise<Photo>;
  readonly app: { readonly name: string; readonly version: string };
  readonly device: { readonly device: string; readonly os: string };
  readonly progress?: (done: number, all: number) => void;
}

/** @throws AppError an image or the engine fails. */
export async function deviceReport(options: ReportOptions): Promise<DeviceReport> {
  const { artefact, engine, ids } = options;
  const images: ReportedImage[] = [];
  for (const id of ids) {
    const found = await segment(await options.golden(id), engine, artefact.manifest);
    const milliseconds = Math.max(found.milliseconds, 0.001); // a coarse clock may say 0
    images.push({ id, milliseconds, probability: base64(littleEndian(found.probability)) });
    options.progress?.(images.length, ids.length);
  }
  return {
    ...options.device,
    runtime: engine.runtime,
    delegate: engine.delegate,
    app: { ...options.app, sha256: null },
    model_sha256: artefact.manifest.model_sha256,
    golden_sha256: artefact.manifest.golden_sha256,
    encoding: { dtype: 'float32' },
    images,
    format: 1,
  };
}
