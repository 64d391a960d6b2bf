/** The messages of both languages agree with each other, with the pages, and with every error code there is. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actionsOf, auditGroup, auditGroups } from '../../../../shared/protocol/api/audit.ts';
import { wordId } from '../features/audit/word-ids.ts';
import { messageIdOf } from './error-codes.ts';

const root = join(import.meta.dirname, '../../../..');
type Message = string | { match: Record<string, string> }[];
const read = (locale: string): Map<string, Message> => {
  const file = JSON.parse(readFileSync(join(root, `cms/web/messages/${locale}.json`), 'utf8')) as Record<
    string,
    Message
  >;
  return new Map(Object.entries(file).filter(([id]) => id !== '$schema'));
};
const languages = { vi: read('vi'), en: read('en') };
const texts = (message: Message): string[] =>
  typeof message === 'string' ? [message] : message.flatMap((v) => Object.values(v.match));
const inputs = (message: Message): string[] =>
  [...new Set(texts(message).flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')))].sort();

/** Our own sources under some folders, without tests and what tests stand on. */
function sources(...folders: string[]): { file: string; text: string }[] {
  return (
    folders
      .flatMap((folder) => globSync('**/*.{ts,svelte}', { cwd: join(root, folder) }).map((file) => join(folder, file)))
      // Backup and restore run at a terminal, with sentences of their own.
      .filter((file) => !/\.test\.ts$|testing|paraglide|server\/backup/.test(file))
      .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
  );
}

/** Codes are snake_case strings where an error is made, a code is named, or a schema's comment lists them. */
const codePatterns = [
  /Error\(\s*'([a-z]+(?:_[a-z0-9]+)+|forbidden|internal)'/g,
  /\bcode(?:\s*=|:)\s*'([a-z]+(?:_[a-z0-9]+)+|internal)'/g,
  /warnings?\.(?:push|add)\(\s*'([a-z]+(?:_[a-z0-9]+)+)'/g,
  /errorCode:\s*'([a-z]+(?:_[a-z0-9]+)+)'/g,
  /\b(?:answer|refuse|fail|fault|report)\w*\([^'\n]{0,40}'([a-z]+(?:_[a-z0-9]+)+)'/g,
  /\b(?:onFault|raise)\(\s*'([a-z]+(?:_[a-z0-9]+)+)'/g,
  /\bon\w*Broken\([^,\n]+,\s*'([a-z]+(?:_[a-z0-9]+)+)'/g,
  /'([a-z]+(?:_[a-z0-9]+)*_refused)'/g,
  /\b[45]\d\d: '([a-z]+(?:_[a-z0-9]+)+)'/g,
];
function codes(): Map<string, string> {
  const found = new Map<string, string>();
  for (const { file, text } of sources('shared', 'cms/server', 'player/engine', 'player/stage')) {
    for (const pattern of codePatterns) for (const [, code] of text.matchAll(pattern)) if (code) found.set(code, file);
    if (!file.startsWith('shared/protocol')) continue;
    // «Errors: a 401, b 429.», «codes: a, b.», «Code c 409» and enums of codes.
    for (const [, list] of text.matchAll(/\b(?:[Ee]rrors?|[Cc]odes?)(?: such as)?:? ([^./*]*)/g)) {
      for (const [code] of (list ?? '').matchAll(/\b[a-z]+(?:_[a-z0-9]+)+\b/g)) found.set(code, file);
    }
    for (const [, list] of text.matchAll(/\bcode: z\.enum\(\[([^\]]*)\]/g)) {
      for (const [, code] of (list ?? '').matchAll(/'(\w+)'/g)) if (code) found.set(code, file);
    }
  }
  return found;
}

describe('messages', () => {
  it('quote as each language does: «…» in Vietnamese, “…” in English, here and nowhere in the code', () => {
    const wrong = { vi: /[“”„"]/, en: /[«»„"]/ };
    for (const locale of ['vi', 'en'] as const)
      for (const [id, message] of languages[locale])
        for (const text of texts(message)) expect(wrong[locale].test(text), `${locale} ${id}: ${text}`).toBe(false);
    const quoting = sources('cms/web/src').flatMap(({ file, text }) => (/[«“]\$?\{/.test(text) ? [file] : []));
    expect(quoting).toEqual([]);
  });

  it('are the same in both languages, with the same inputs', () => {
    expect([...languages.en.keys()]).toEqual([...languages.vi.keys()]);
    const differing = [...languages.vi.keys()].filter(
      (id) => inputs(languages.vi.get(id)!).join() !== inputs(languages.en.get(id)!).join(),
    );
    expect(differing).toEqual([]);
  });

  it('are written in NFC, trimmed and not empty', () => {
    for (const messages of Object.values(languages)) {
      const wrong = [...messages].filter(([, message]) =>
        texts(message).some((text) => text !== text.normalize('NFC').trim() || text === ''),
      );
      expect(wrong).toEqual([]);
    }
  });

  it('are all used', () => {
    const pages = sources('cms/web/src')
      .map(({ text }) => text)
      .join('\n');
    const byName = /^(?:error|command_name|command_why|fault_action|audit_(?:action|reason|field))_/;
    const unused = [...languages.vi.keys()].filter(
      (id) => !byName.test(id) && !new RegExp(`\\bm\\.${id}\\b`).test(pages),
    );
    expect(unused).toEqual([]);
  });

  it('name every action that the audit log holds, in a group of actions', () => {
    const written = sources('cms/server').flatMap(({ text }) =>
      [...text.matchAll(/(?:\baction: |\bentry\(\s*(?:actor,\s*)?(?:\w+ \? '([\w.]+)' : )?)'(\w+\.\w+)'/g)].flatMap(
        ([, first, second]) => [first, second].filter((action) => action !== undefined),
      ),
    );
    // The scan sees every kind of place.
    for (const action of [
      'session.begun',
      'user.granted',
      'user.deactivated',
      'user.reactivated',
      'programme.published',
    ])
      expect(written, action).toContain(action);
    const groups: readonly string[] = Object.values(auditGroups).flat();
    const silent = written.filter(
      (action) => !languages.vi.has(wordId('action', action)) || !groups.includes(action.split('.')[0] ?? ''),
    );
    expect(silent).toEqual([]);
  });

  it('name every action that the audit log can be asked for, and ask for every one that has a name', () => {
    const askable = auditGroup.options.flatMap(actionsOf);
    const named = [...languages.vi.keys()].filter((id) => /^audit_action_(?!.*_exercise$)/.test(id));
    expect(askable.map((action) => wordId('action', action)).toSorted()).toEqual(named.toSorted());
  });

  it('explain every error code that there is', () => {
    const known = codes();
    // The scan sees what it is for: one code of each kind of place.
    for (const code of [
      'sign_in_failed',
      'revision_conflict',
      'cron_invalid',
      'video_truncated',
      'media_not_ready',
      'asset_unreadable',
      'upload_unknown',
      'signature_invalid',
    ]) {
      expect(known.has(code), code).toBe(true);
    }
    // An event of Socket.IO, named beside codes.
    known.delete('connect_error');
    const silent = [...known]
      .filter(([code]) => !languages.vi.has(messageIdOf(code)))
      .map(([code, file]) => `${code} (${file})`);
    expect(silent).toEqual([]);
  });
});
