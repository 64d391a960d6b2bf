/**
 * The index of words that notices are found by, any part of a word as well: FTS5 on SQLite, text search vectors on PostgreSQL. Both find
 * beginnings of tokens, so the tokens are the ends of each word: what a word has in it is the beginning of one of them.
 */
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { Store } from './store.ts';

/** Of notices as they are being written, or as they were approved last; rows are numbered as `notices.no`. */
export type WordsTable = 'notice_words' | 'approved_words';

/** Letters of a token; of what is longer these are looked for. Measured: no syllable has more than 7. */
const mostLetters = 24;

/** The tokens of folded words, each once. */
export function tokensOf(words: string): string {
  const tokens = new Set<string>();
  for (const word of words.split(' ')) {
    const letters = Array.from(word);
    for (const at of letters.keys()) tokens.add(letters.slice(at, at + mostLetters).join(''));
  }
  return [...tokens].join(' ');
}

/** Where all of the words are: in the title, anywhere, or anywhere without all being in the title. */
export type Part = 'title' | 'anywhere' | 'beside';

function condition(
  dialect: Store['dialect'],
  table: WordsTable,
  words: readonly string[],
  part: Part,
): RawBuilder<SqlBool> {
  const starts = words.map((word) => Array.from(word).slice(0, mostLetters).join(''));
  if (dialect === 'sqlite') {
    const all = starts.map((start) => `"${start}"*`).join(' AND ');
    const inTitle = `title : (${all})`;
    const query = { title: inTitle, anywhere: all, beside: `(${all}) NOT (${inTitle})` }[part];
    return sql`${sql.table(table)} match ${query}`;
  }
  const query = sql`cast(${starts.map((start) => `'${start}':*`).join(' & ')} as tsquery)`;
  const inTitle = sql<SqlBool>`title @@ ${query}`;
  if (part === 'title') return inTitle;
  return part === 'anywhere' ? sql`said @@ ${query}` : sql`said @@ ${query} and not ${inTitle}`;
}

/** The rows of the index that have all of these folded words, of letters and figures only. There is at least one. */
export const rowsWith = (
  { report, dialect }: Pick<Store, 'report' | 'dialect'>,
  table: WordsTable,
  words: readonly string[],
  part: Part,
) =>
  report
    .selectFrom(table)
    .select('rowid')
    .where(condition(dialect, table, words, part))
    // Found first: else PostgreSQL reads the words of each row that it joins, which is dear.
    .$if(dialect === 'postgres', (query) => query.offset(0));
