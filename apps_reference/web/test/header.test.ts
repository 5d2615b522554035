import { describe, expect, test } from 'vitest';
import { headerOf, turnOf } from '../src/core/header';
import { bytesOf, VECTORS } from './vectors';

const text = (content: string) => new TextEncoder().encode(content);

describe('the size is known before a photograph is decoded', () => {
  test.each(VECTORS)('$id', ({ id, file, photo }) => {
    if (file.endsWith('.tif')) return expect(headerOf(bytesOf(file))).toBeNull();
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

describe('the orientation is known before a photograph is decoded', () => {
  test.each(VECTORS)('$id', ({ id, file }) => {
    const bytes = bytesOf(file);
    const said = Number(/orientation-(\d)/.exec(id)?.[1] ?? 1);
    const turn = turnOf(bytes);
    expect(turn?.orientation ?? 1).toBe(said);
    if (!turn) return;
    const hidden = [bytes.slice(0, turn.start), turn.instead, bytes.slice(turn.end)];
    const without = Buffer.concat(hidden);
    expect(turnOf(Uint8Array.from(without))).toBeNull();
    const shorter = file.endsWith('.png') ? turn.end - turn.start : 0;
    expect(without.length).toBe(bytes.length - shorter);
  });

  const jpeg = (exif: string) => Uint8Array.from(Buffer.from(`ffd8ffe10100${exif}ffda`, 'hex'));
  const II = '457869660000' + '49492a0008000000';
  const MM = '457869660000' + '4d4d002a00000008';
  test.each([
    ['big-endian', `${MM}0001${'0112000300000001' + '00060000'}00000000`, 6],
    ['after another tag', `${II}0200${'0f010200010000006b000000' + '120103000100000003000000'}`, 3],
    ['no orientation at all', `${II}0100${'0f010200010000006b000000'}`, undefined],
    ['out of range', `${II}0100${'120103000100000009000000'}`, undefined],
    ['a text', `${II}0100${'120102000100000006000000'}`, undefined],
    ['a directory beyond the file', `457869660000${'49492a00ffff0000'}`, undefined],
    ['no TIFF', `457869660000${'0000000000000000'}`, undefined],
    [
      'XMP alone',
      Buffer.from('http://ns.adobe.com/xap/1.0/ tiff:Orientation="6"').toString('hex'),
      undefined,
    ],
  ])('JPEG, %s', (_, exif, orientation) => {
    expect(turnOf(jpeg(exif))?.orientation).toBe(orientation);
  });

  test('bytes without a format do not turn', () => {
    for (const bytes of [new Uint8Array(), text('II'), text('RIFF....WEBP'), text('no image')]) {
      expect(turnOf(bytes)).toBeNull();
    }
  });
});
