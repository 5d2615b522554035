/** What went wrong, as a code that every language has a sentence for. */

import { AppError, type Details, type ErrorCode, reasonOf } from '../core/errors';

/** What can go wrong outside the core. */
export const OWN_SENTENCES = {
  'camera-refused':
    'The camera was refused; allow it in the browser’s settings, or choose a photograph',
  'camera-missing': 'No camera was found; connect one, or choose a photograph',
  'camera-busy': 'Another app uses the camera; close that one and start the camera again',
  'camera-lost': 'The camera was disconnected; connect it and start it again',
  'no-artefact': 'No model is served here; start the app with skinseg-mobile serve ARTEFACT',
  unexpected: 'Something failed that should not ({reason}); reload the page',
} as const;

export type ProblemCode = ErrorCode | keyof typeof OWN_SENTENCES;

export interface Problem {
  readonly code: ProblemCode;
  readonly details: Details;
}

/** A problem that is thrown. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.code);
    this.problem = problem;
  }
}

export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof AppError) return { code: error.code, details: error.details };
  return { code: 'unexpected', details: { reason: reasonOf(error) } };
}
