/**
 * Every error a person can meet: a code, what it is about, and one English sentence.
 *
 * The sentence says the rule, what came and what to do; the app translates by code and fills the
 * same `{details}` into its own sentence.
 */

export const SENTENCES = {
  'photo-unreadable':
    '{name} is no image that this browser can read; choose a JPEG, PNG or WebP photograph',
  'photo-heic':
    '{name} is a HEIC photograph, which this browser cannot read; save it as JPEG and choose that',
  'photo-too-large':
    '{name} has {megapixels} megapixels and {limit} are the limit; make it smaller and try again',
  'photo-animated': '{name} has several frames; save the frame you mean as a still image',
  'photo-memory':
    '{name} does not fit into the memory of this browser; make it smaller and try again',
  'page-insecure':
    'This page must come over https or from this machine; open it at an address that does',
  unreachable: '{url} could not be loaded ({reason}); check the connection and reload',
  'artefact-damaged': '{file} is damaged ({reason}); export the model folder again',
  'artefact-tampered': '{file} is not the file its manifest names; copy the model folder again',
  'artefact-format':
    'The model folder has format {found} and this app reads {known}; export the folder again',
  'artefact-unsupported': 'This app cannot run the model: {reason}; export it for this app',
  'no-simd':
    'This browser is too old to run the model (WebAssembly SIMD is missing); update the browser',
  'engine-load': '{engine} does not load the model ({reason}); export the model folder again',
  'engine-run': '{engine} failed while it ran the model ({reason}); reload the page',
} as const;

export type ErrorCode = keyof typeof SENTENCES;
export type Details = Readonly<Record<string, string>>;

/** An error whose message a person can act on. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: Details;

  constructor(code: ErrorCode, details: Details = {}) {
    super(filled(SENTENCES[code], details));
    this.code = code;
    this.details = details;
  }
}

/** Put details into a sentence's `{places}`; used for the translated sentences, too. */
export function filled(sentence: string, details: Details): string {
  return sentence.replace(/\{(\w+)\}/g, (place, key: string) => details[key] ?? place);
}

/** What an unknown thrown value says, in one line. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0]?.trim() || 'without a word';
}
