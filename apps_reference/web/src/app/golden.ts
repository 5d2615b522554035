/** The artefact's golden pictures as `serve` hands them out: golden.json and golden/ID.png. */

import type { Artefact } from '../core/artefact';
import { reasonOf } from '../core/errors';
import { ProblemError } from './problem';

export interface Golden {
  readonly ids: readonly string[];
  readonly file: (id: string) => Promise<Blob>;
}

/** @throws ProblemError they cannot be loaded. */
export async function goldenImages({ base }: Artefact): Promise<Golden> {
  const ids: string[] = await (await load(`${base}golden.json`)).json();
  return { ids, file: async (id) => (await load(`${base}golden/${id}.png`)).blob() };
}

async function load(url: string): Promise<Response> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${response.status}`);
    return response;
  } catch (error) {
    throw new ProblemError({ code: 'unreachable', details: { url, reason: reasonOf(error) } });
  }
}
