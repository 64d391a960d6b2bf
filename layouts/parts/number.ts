/** Numbers as Vietnamese offices write them: «1.234,5», and as others do where that is not in doubt. */

/**
 * Reads a number; null when the text is none. «1.234,5», «1 234,5», «12,5», «1.250.000», «98%», «-3». A single point with three digits
 * after it groups thousands («1.234»); any other is a decimal sign («98.5», «1,234.5»).
 */
export function parseNumber(text: string): number | null {
  const compact = text
    .normalize('NFKC')
    .replace(/[\s\u00a0\u202f]+/gu, '')
    .replace(/^[−–]/u, '-')
    .replace(/%$/u, '');
  const match = /^([+-]?)(\d[\d.,]*)$/u.exec(compact);
  if (match === null) return null;
  const [, sign = '', digits = ''] = match;
  const plain = plainDigits(digits);
  return plain === null ? null : Number(`${sign}${plain}`);
}

function plainDigits(digits: string): string | null {
  if (/^\d+$/u.test(digits)) return digits;
  for (const [group, decimal] of [
    ['.', ','],
    [',', '.'],
  ] as const) {
    const grouped = new RegExp(`^\\d{1,3}(?:[${group}]\\d{3})+(?:[${decimal}]\\d+)?$`, 'u');
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
