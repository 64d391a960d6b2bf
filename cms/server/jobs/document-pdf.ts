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
import { filledShare } from './document-ink.ts';
import type { TextPiece } from './document-lines.ts';
import { makePicture } from './media-make.ts';
import type { MediaResult } from './media-messages.ts';

/** Longer side of a page's picture, px: what an upright A4 page has on the largest boards. Each board then gets its own size of it. */
const longSide = 2160;
/** A page that is so many times longer than wide is a roll of paper and no slide. */
const longest = 8;

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
    return [{ text: item.str, x, y, width: item.width, size: Math.abs(a), font: item.fontName }];
  });
}

/** Height of most of a page's type, of the page's height; null where there is no text. */
export function lettersOf(page: PDFPageProxy, text: readonly TextPiece[]): number | null {
  const px = mainSize(text.map((piece) => ({ px: piece.size, characters: piece.text.replace(/\s/gu, '').length })));
  return px === null ? null : px / page.getViewport({ scale: 1 }).height;
}

/**
 * Draws a page and makes of it what an uploaded picture becomes; `filled` is how much of its height is not empty.
 * @param folder an empty one of its own, or none yet
 * @throws DocumentError `document_page_shape`
 */
export async function drawPage(
  pdf: PDFDocumentProxy,
  page: PDFPageProxy,
  folder: string,
): Promise<{ picture: MediaResult; filled: number }> {
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
  const drawn = drawing.canvas.data();
  await writeFile(source, await sharp(drawn, { raw }).removeAlpha().png({ compressionLevel: 1 }).toBuffer());
  const small = { width: 200, height: Math.max(1, Math.round((200 * size.height) / size.width)) };
  const grey = await sharp(drawn, { raw })
    .removeAlpha()
    .greyscale()
    .resize({ ...small, fit: 'fill' })
    .raw()
    .toBuffer();
  factory.destroy(drawing);
  page.cleanup();
  return { picture: await makePicture(source, folder, () => {}), filled: filledShare(grey, small.width) };
}

/** Its canvases in Node are those of @napi-rs/canvas. */
interface CanvasFactory {
  create(width: number, height: number): { canvas: { data(): Buffer }; context: CanvasRenderingContext2D };
  destroy(drawing: object): void;
}
