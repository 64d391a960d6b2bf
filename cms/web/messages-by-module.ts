/**
 * Lets every page carry the sentences that it says. «m» holds all of them in one object, which a bundler cannot take apart, and
 * so they all would be in the first load. In a built module `m` becomes an object of just those that the module names, as
 * `m.some_name` or by `messagesNamed(m, 'some_')`.
 */
import type { Plugin } from 'vite';

const wholeImport = /import \{ m \} from (['"])([^'"]*\/paraglide)\/messages\.js\1;?/;
const byName = /\bm\.(\w+)/g;
const byPrefix = /\bmessagesNamed\(m, (['"])(\w+)\1\)/g;
/** Handed on or looked into: nobody could say which are needed. */
const unclear = /[=(,]\s*m\s*[;,)[]|\bm\[/;

/** @param all names of all messages; each is compiled into a file of its own */
export function messagesByModule(all: readonly string[]): Plugin {
  return {
    name: 'messages-by-module',
    apply: 'build',
    enforce: 'post',
    transform(code) {
      const [whole, , folder] = wholeImport.exec(code) ?? [];
      if (whole === undefined) return null;
      const rest = code.replace(whole, '');
      if (unclear.test(rest.replaceAll(byPrefix, '')))
        this.error('Sentences are named in full, m.some_name(), or by messagesNamed(m, …): else they are not found.');
      const prefixes = Array.from(rest.matchAll(byPrefix), ([, , prefix]) => prefix!);
      const names = new Set([
        ...Array.from(rest.matchAll(byName), ([, name]) => name!),
        ...all.filter((name) => prefixes.some((prefix) => name.startsWith(prefix))),
      ]);
      const imports = [...names].map((name) => `import { ${name} as m_${name} } from '${folder}/messages/${name}.js';`);
      const object = `const m = { ${[...names].map((name) => `${name}: m_${name}`).join(', ')} };`;
      return { code: `${imports.join('')}${object}${rest}`, map: null };
    },
  };
}
