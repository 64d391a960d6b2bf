/** A notice that was taken down leaves boards at once: of what was published for a board only the notice goes. Drafts stay drafts. */
import { assetsOf, type Part, type PartRef } from '../../../../shared/protocol/programme.ts';
import { encodePart, type EncodedPart, type ProgrammeContent } from './compile.ts';

/**
 * @param partOf what a published part says, by its hash
 * @returns the same without the notice, with the parts that are new; null where it does not hold the notice
 */
export function withoutNotice(
  published: ProgrammeContent,
  partOf: (hash: string) => Part,
  noticeId: string,
): { content: ProgrammeContent; parts: EncodedPart[] } | null {
  const before = published.parts.map((ref) => ({ ref, part: partOf(ref.hash) }));
  if (!before.some(({ part }) => part.kind === 'notice' && part.noticeId === noticeId)) return null;
  const made: EncodedPart[] = [];
  const refs: PartRef[] = [];
  const shown = new Set<string>();
  for (const { ref, part } of before) {
    if ((part.kind === 'notice' || part.kind === 'obligation') && part.noticeId === noticeId) continue;
    if (part.kind === 'notice') for (const hash of assetsOf(part.content)) shown.add(hash);
    if (part.kind === 'playlist' && part.items.some((item) => item.noticeId === noticeId)) {
      const shorter = encodePart({ ...part, items: part.items.filter((item) => item.noticeId !== noticeId) });
      made.push(shorter);
      refs.push({ hash: shorter.hash, size: shorter.size });
    } else refs.push(ref);
  }
  return {
    content: {
      ...published,
      parts: refs.sort((a, b) => (a.hash < b.hash ? -1 : 1)),
      assets: published.assets.filter(({ hash }) => shown.has(hash)),
    },
    parts: made,
  };
}
