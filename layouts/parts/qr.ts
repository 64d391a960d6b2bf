/** The modules of a QR code: for pages only. */
import encodeQR, { type ErrorCorrection } from 'qr';
import { codeVersion, quietModules } from '../../shared/protocol/link-code.ts';

const strongest: readonly ErrorCorrection[] = ['high', 'quartile', 'medium'];

/** A link's code in rows from the top, true where it is dark, with its blank border; corrects as many errors as its size allows. */
export function linkModules(link: string): boolean[][] {
  const options = { version: codeVersion(link), border: quietModules };
  for (const ecc of strongest) {
    try {
      return encodeQR(link, 'raw', { ...options, ecc });
    } catch {
      // It does not hold the link and so much correction.
    }
  }
  return encodeQR(link, 'raw', { ...options, ecc: 'low' });
}

/** Dark modules as the path of an SVG whose view box counts modules. */
export const modulesPath = (rows: readonly (readonly boolean[])[]): string =>
  rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
