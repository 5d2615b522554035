import { describe, expect, test } from 'vitest';
import { headerOf } from '../src/core/header';
import { bytesOf, VECTORS } from './vectors';

const text = (content: string) => new TextEncoder().encode(content);

describe('the size is known before a photograph is decoded', () => {
  test.each(VECTORS)('$id', ({ id, file, photo }) => {
    const turned = /orientation-[5-8]/.test(id);
    const { width, height } = turned ? { width: photo.height, height: photo.width } : photo;
    expect(headerOf(bytesOf(file))).toEqual({ width, height });
  });
});

// written by Pillow, 321 wide and 200 high: the first 30 bytes
test.each([
  ['lossy', '52494646ce8300005745425056503820c283000090e1009d012a4101c800'],
  ['lossless', '5249464620f00000574542505650384c13f000002f40c13100ff272448f0'],
  ['extended', '52494646a857010057454250565038580a00000010000000400100c70000'],
])('WebP, %s', (_, hex) => {
  expect(headerOf(Uint8Array.from(Buffer.from(hex, 'hex')))).toEqual({ width: 321, height: 200 });
});

test.each([
  ['nothing', new Uint8Array()],
  ['text', text('no image at all')],
  ['a PNG that is cut off', bytesOf('photos/grey.png').slice(0, 18)],
  ['a JPEG that is cut off', bytesOf('photos/orientation-1.jpg').slice(0, 30)],
  ['a JPEG without segments', Uint8Array.of(0xff, 0xd8, 0, 0, 0, 0, 0, 0)],
  ['a WebP of another kind', text('RIFF....WEBPXXXX....................')],
])('%s has no known size', (_, bytes) => {
  expect(headerOf(bytes)).toBeNull();
});
