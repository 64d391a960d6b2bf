/** Numbers as Vietnamese offices write them: «1.234,5», and as others do where that is not in doubt. */

/**
 * Reads a number; null when the text is none. «1.234,5», «1 234,5», «12,5», «1.250.000», «98%», «-3». A single point with three digits
 * after it groups thousands («1.234»), unless nothing stands before it («0.125»); any other is a decimal sign («98.5», «1,234.5»).
 * What others mean by «1,250» cannot be seen from it alone: see `writingOf`.
 */
export function parseNumber(text: string): number | null {
  const { sign, digits } = signAndDigits(text) ?? { sign: '', digits: '' };
  const plain = plainDigits(digits);
  return plain === null ? null : Number(`${sign}${plain}`);
}

/**
 * Which decimal sign a number was written with: 'comma' for «12,5», «0,125» and «1.250.000», 'point' for «98.5», «0.125» and
 * «1,250,000», 'either' for «1.250» and «1,250», 'none' for «1250»; null when the text is no number.
 */
export function writingOf(text: string): 'comma' | 'point' | 'either' | 'none' | null {
  const digits = signAndDigits(text)?.digits ?? '';
  if (plainDigits(digits) === null) return null;
  if (/^\d+$/u.test(digits)) return 'none';
  if (/^[1-9]\d{0,2}[.,]\d{3}$/u.test(digits)) return 'either';
  const [points, commas] = [digits.split('.').length - 1, digits.split(',').length - 1];
  if (points > 0 && commas > 0) return digits.lastIndexOf(',') > digits.lastIndexOf('.') ? 'comma' : 'point';
  return commas === 1 || points > 1 ? 'comma' : 'point';
}

function signAndDigits(text: string): { sign: string; digits: string } | null {
  const compact = text
    .normalize('NFKC')
    .replace(/[\s\u00a0\u202f]+/gu, '')
    .replace(/^[−–]/u, '-')
    .replace(/%$/u, '');
  const [, sign = '', digits = ''] = /^([+-]?)(\d[\d.,]*)$/u.exec(compact) ?? [];
  return digits === '' ? null : { sign, digits };
}

function plainDigits(digits: string): string | null {
  if (/^\d+$/u.test(digits)) return digits;
  for (const [group, decimal] of [
    ['.', ','],
    [',', '.'],
  ] as const) {
    const grouped = new RegExp(`^[1-9]\\d{0,2}(?:[${group}]\\d{3})+(?:[${decimal}]\\d+)?$`, 'u');
    // A single comma is the decimal sign, also before three digits.
    if (grouped.test(digits) && !(group === ',' && /^\d+,\d+$/u.test(digits)))
      return digits.replaceAll(group, '').replace(decimal, '.');
  }
  if (/^\d+[.,]\d+$/u.test(digits)) return digits.replace(',', '.');
  return null;
}

/** «1.234,5»: with as many decimals as given at most. */
export function numberWords(value: number, decimals = 2): string {
  const [whole = '', fraction = ''] = Math.abs(value).toFixed(decimals).split('.');
  const rest = fraction.replace(/0+$/u, '');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/gu, '.');
  const sign = value < 0 && /[1-9]/u.test(whole + rest) ? '−' : '';
  return `${sign}${grouped}${rest === '' ? '' : `,${rest}`}`;
}
