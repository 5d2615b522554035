/** Functions of a worker, called as promises. Pictures and arrays in their results are moved. */

import { type Problem, ProblemError, problemOf } from './problem';

// biome-ignore lint/suspicious/noExplicitAny: a function of whatever parameters
type Calls = Readonly<Record<string, (...given: any[]) => Promise<object>>>;
interface Message {
  readonly id: number;
  readonly name: string;
  readonly given: readonly unknown[];
}
type Answer = { readonly id: number } & (
  | { readonly value: object }
  | { readonly problem: Problem }
);

/** In the worker: answer each message with what the call of its name gives. */
export function serve(calls: Calls): void {
  self.addEventListener('message', async ({ data }: MessageEvent<Message>) => {
    const { id, name, given } = data;
    try {
      const value = await (calls[name] as Calls[string])(...given);
      self.postMessage({ id, value } satisfies Answer, { transfer: movable(value) });
    } catch (error) {
      self.postMessage({ id, problem: problemOf(error) } satisfies Answer);
    }
  });
}

/** On the page: the worker's calls. They reject with what the worker's own threw. */
export function remote<C extends Calls>(worker: Worker): C {
  const waiting = new Map<number, (answer: Answer) => void>();
  let broken: Problem | null = null;
  worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    waiting.get(data.id)?.(data);
    waiting.delete(data.id);
  });
  worker.addEventListener('error', ({ message }) => {
    broken = { code: 'unexpected', details: { reason: message ?? 'a part did not load' } };
    for (const [id, done] of waiting) done({ id, problem: broken });
  });
  let sent = 0;
  const call = (name: string, given: readonly unknown[]) => {
    const id = ++sent;
    return new Promise((resolve, reject) => {
      if (broken) return reject(new ProblemError(broken));
      waiting.set(id, (answer) => {
        'value' in answer ? resolve(answer.value) : reject(new ProblemError(answer.problem));
      });
      worker.postMessage({ id, name, given } satisfies Message);
    });
  };
  return new Proxy({} as C, {
    get:
      (_, name: string) =>
      (...given: unknown[]) =>
        call(name, given),
  });
}

function movable(value: object): Transferable[] {
  return Object.values(value).flatMap((part): Transferable[] => {
    if (part instanceof ImageBitmap) return [part];
    return part instanceof Float32Array ? [part.buffer] : [];
  });
}
