/** For tests: text in the Vietnamese code page of Windows, which has some letters whole and others as a letter and its tone mark. */
const tones = /[\u0300\u0301\u0303\u0309\u0323]/u;

export function inWindows1258(text: string): Uint8Array {
  const decoder = new TextDecoder('windows-1258');
  const known = new Map(Array.from({ length: 256 }, (_, byte) => [decoder.decode(new Uint8Array([byte])), byte]));
  const bytes = [...text.normalize('NFC')].flatMap((letter) => {
    if (known.has(letter)) return [known.get(letter)!];
    const apart = letter.normalize('NFD');
    const tone = tones.exec(apart)?.[0] ?? '';
    return [apart.replace(tone, '').normalize('NFC'), tone].map((part) => known.get(part)!);
  });
  if (bytes.includes(undefined as never)) throw new Error('The code page lacks a letter');
  return new Uint8Array(bytes);
}
