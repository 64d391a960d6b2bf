/** The pages and the text of a PDF, by Mozilla's reader. Runs in the document child process; no script of the document is ever run. */
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  getDocument,
  InvalidPDFException,
  PasswordException,
  type PDFDocumentProxy,
  type PDFPageProxy,
} from 'pdfjs-dist/legacy/build/pdf.mjs';
import sharp from 'sharp';
import { mainSize } from '../../../shared/util/main-size.ts';
import { DocumentError } from './document-errors.ts';
import { inkOf } from './document-ink.ts';
import { visible } from '../../../shared/util/text.ts';
import type { TextPiece } from './document-runs.ts';
import { makePicture } from './media-make.ts';
import type { ReadPage } from './document-messages.ts';

/** Longer side of a page's picture, px: what an upright A4 page has on the largest boards. Each board then gets its own size of it. */
const longSide = 2160;
/** A page that is so many times longer than wide is a roll of paper and no slide. */
const longest = 8;
/** Left below the last line of a page, of its height. */
const marginBelow = 0.04;
/** A page whose text comes so far down is shown whole, with its margin. */
const wholeFrom = 0.85;
/** Of the widest boards that show pages beside words: no picture of a page is wider. */
const widest = 16 / 9;

/** @throws DocumentError `document_encrypted`, `document_damaged` */
export async function openPdf(data: Uint8Array): Promise<PDFDocumentProxy> {
  const library = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));
  const folder = (name: string): string => pathToFileURL(join(library, name)).href + '/';
  try {
    return await getDocument({
      data,
      standardFontDataUrl: folder('standard_fonts'),
      cMapUrl: folder('cmaps'),
      wasmUrl: folder('wasm'),
      iccUrl: folder('iccs'),
      enableXfa: false,
      stopAtErrors: false,
      verbosity: 0,
    }).promise;
  } catch (cause) {
    if (cause instanceof PasswordException)
      throw new DocumentError('document_encrypted', 'This document asks for a password', { cause });
    if (cause instanceof InvalidPDFException)
      throw new DocumentError('document_damaged', 'This PDF cannot be read', { cause });
    throw cause;
  }
}

/** What a page says. Text that is turned, as stamps have it, is left out. */
export async function textOf(page: PDFPageProxy): Promise<TextPiece[]> {
  const { items } = await page.getTextContent();
  return items.flatMap((item) => {
    if (!('str' in item)) return [];
    const [a, b, , , x, y] = item.transform as [number, number, number, number, number, number];
    if (Math.abs(b) > Math.abs(a) * 0.1) return [];
    return [{ text: visible(item.str), x, y, width: item.width, size: Math.abs(a), font: item.fontName }];
  });
}

/** Height of most of a page's type, points; null where there is no text. */
function typeOf(text: readonly TextPiece[]): number | null {
  return mainSize(text.map((piece) => ({ px: piece.size, characters: piece.text.replace(/\s/gu, '').length })));
}

/**
 * Draws a page and makes of it what an uploaded picture becomes. The empty paper below its last line is left out, down to the shape of
 * a wide board: boards would show it as mere white.
 * @param text what it says
 * @param folder an empty one of its own, or none yet
 * @throws DocumentError `document_page_shape`
 */
export async function drawPage(
  pdf: PDFDocumentProxy,
  page: PDFPageProxy,
  text: readonly TextPiece[],
  folder: string,
): Promise<Omit<ReadPage, 'number' | 'said'>> {
  const { width, height } = page.getViewport({ scale: 1 });
  if (!(Math.max(width, height) <= longest * Math.min(width, height)))
    throw new DocumentError('document_page_shape', `Page ${page.pageNumber} is ${width}×${height} points`);
  const viewport = page.getViewport({ scale: longSide / Math.max(width, height) });
  const size = { width: Math.round(viewport.width), height: Math.round(viewport.height) };
  const factory = pdf.canvasFactory as CanvasFactory;
  const drawing = factory.create(size.width, size.height);
  await page.render({ canvas: null, canvasContext: drawing.context, viewport, background: '#fff' }).promise;
  await mkdir(folder, { recursive: true });
  const source = join(folder, 'page.png');
  const raw = { ...size, channels: 4 } as const;
  // Read again at once: small files cost more time than they save.
  const drawn = sharp(drawing.canvas.data(), { raw }).removeAlpha();
  const small = { width: 200, height: Math.max(1, Math.round((200 * size.height) / size.width)) };
  const pixels = await drawn
    .clone()
    .resize({ ...small, fit: 'fill' })
    .raw()
    .toBuffer();
  const { filled, until } = inkOf(pixels, small.width);
  const needed = Math.max(until + marginBelow, size.width / widest / size.height);
  // On an empty page there may be something too faint to be seen here.
  const kept = until > 0 && needed < wholeFrom ? needed : 1;
  const shown = { left: 0, top: 0, width: size.width, height: Math.round(size.height * kept) };
  await writeFile(source, await drawn.extract(shown).png({ compressionLevel: 1 }).toBuffer());
  factory.destroy(drawing);
  page.cleanup();
  const type = typeOf(text);
  return {
    picture: await makePicture(source, folder, () => {}),
    letters: type && type / (height * kept),
    filled,
  };
}

/** Its canvases in Node are those of @napi-rs/canvas. */
interface CanvasFactory {
  create(width: number, height: number): { canvas: { data(): Buffer }; context: CanvasRenderingContext2D };
  destroy(drawing: object): void;
}
