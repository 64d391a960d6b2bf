/** Be Vietnam Pro (SIL OFL 1.1), bundled: a board never fetches a font from elsewhere. For pages only, not for Node. */
import '@fontsource/be-vietnam-pro/latin-400.css';
import '@fontsource/be-vietnam-pro/latin-600.css';
import '@fontsource/be-vietnam-pro/latin-700.css';
import '@fontsource/be-vietnam-pro/latin-800.css';
import '@fontsource/be-vietnam-pro/latin-ext-400.css';
import '@fontsource/be-vietnam-pro/latin-ext-600.css';
import '@fontsource/be-vietnam-pro/latin-ext-700.css';
import '@fontsource/be-vietnam-pro/latin-ext-800.css';
import '@fontsource/be-vietnam-pro/vietnamese-400.css';
import '@fontsource/be-vietnam-pro/vietnamese-600.css';
import '@fontsource/be-vietnam-pro/vietnamese-700.css';
import '@fontsource/be-vietnam-pro/vietnamese-800.css';

const WEIGHTS = [400, 600, 700, 800];

/** Resolves when every weight that the text needs is loaded, so that its first layout is its last. */
export async function loadFonts(text: string): Promise<void> {
  const composed = `aạ0 ${text.normalize('NFC')}`;
  await Promise.all(WEIGHTS.map((weight) => document.fonts.load(`${weight} 16px 'Be Vietnam Pro'`, composed)));
}
