import { describe, expect, it } from 'vitest';
import type { NoticeApproval, NoticeVersion } from '../../../../../shared/protocol/api/approval.ts';
import { returnedBefore } from './approval.svelte.ts';

/** The oldest first; as the CMS does, the newest comes first. */
function approvalOf(...states: NoticeVersion['state'][]): NoticeApproval {
  const versions = states.map((state, index) => ({
    number: index + 1,
    state,
    decidedAt: state === 'approved' || state === 'returned' ? 1000 : null,
  }));
  return { versions: versions.reverse() } as unknown as NoticeApproval;
}

describe('what was given back before', () => {
  it('is the version of the last decision, also when others were submitted and edited since', () => {
    expect(returnedBefore(approvalOf('returned', 'submitted'), 2)?.number).toBe(1);
    expect(returnedBefore(approvalOf('returned', 'returned', 'withdrawn', 'submitted'), 4)?.number).toBe(2);
  });

  it('is none with the first version, and none once another has been approved', () => {
    expect(returnedBefore(approvalOf('submitted'), 1)).toBeNull();
    expect(returnedBefore(approvalOf('withdrawn', 'submitted'), 2)).toBeNull();
    expect(returnedBefore(approvalOf('returned', 'approved', 'submitted'), 3)).toBeNull();
  });
});
