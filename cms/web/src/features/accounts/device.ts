/** What a browser calls itself, in words by which people tell their sessions apart. */
const browsers: readonly [RegExp, string][] = [
  [/coc_coc_browser/i, 'Coc Coc'],
  [/EdgA?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Version\/.*Safari\//, 'Safari'],
];
const systems: readonly [RegExp, string][] = [
  [/Windows/, 'Windows'],
  [/Android/, 'Android'],
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Macintosh|Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

const first = (table: readonly [RegExp, string][], text: string): string | null =>
  table.find(([pattern]) => pattern.test(text))?.[1] ?? null;

/** «Chrome, Windows»; null when it says nothing that is known. */
export function deviceName(userAgent: string | null): string | null {
  if (userAgent === null) return null;
  const parts = [first(browsers, userAgent), first(systems, userAgent)].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(', ');
}
