/** Which modules of the studio share a file: many small ones would cross the line with headers as large as they are. */
import type { Rolldown } from 'vite';

type Group = Rolldown.CodeSplittingGroup;

/** Sentences, icons, parts and schemas that many pages have. */
const ofManyPages: Group = {
  name: 'shared',
  test: /paraglide.messages|lucide|cms.web.src.(ui|lib)|shared.(protocol|util)/,
  minShareCount: 8,
};

/** Whatever else a page imports, itself apart: how it is asked for is its own. */
function importsOf(page: string): Group {
  const imports = new Set<string>();
  return {
    name(id, context) {
      const importedBy = (one: string): readonly string[] => context.getModuleInfo(one)?.importedIds ?? [];
      const open = imports.size === 0 ? [...importedBy(page)] : [];
      for (let one = open.pop(); one !== undefined; one = open.pop()) {
        if (imports.has(one)) continue;
        imports.add(one);
        open.push(...importedBy(one));
      }
      return imports.has(id) ? 'start' : null;
    },
  };
}

/** @param firstPage the file of the page that people open the studio with, absolute */
export const chunkGroups = (firstPage: string): Group[] => [ofManyPages, importsOf(firstPage)];
