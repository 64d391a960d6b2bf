/** Approval of notices as the pages show it: kept up to date while others submit and decide. */
import {
  noticeApproval,
  type NoticeApproval,
  type NoticeVersion,
} from '../../../../../shared/protocol/api/approval.ts';
import { selfApproval } from '../../../../../shared/protocol/api/approval.ts';
import type { App } from '../../lib/app.svelte.ts';
import { useApp } from '../../lib/app.svelte.ts';
import { useResource, type Resource } from '../../lib/resource.svelte.ts';

/** Asks again when somebody has submitted, decided or edited. */
export function followApprovals(app: App, reload: () => void): void {
  $effect(() => {
    const ends = [app.live.on('approvalsChangedV1', reload), app.live.onReturn(reload)];
    return () => {
      for (const end of ends) end();
    };
  });
}

/** @param id undefined: the notice is not there yet */
export function useApproval(id: () => string | undefined): Resource<NoticeApproval | undefined> {
  const app = useApp();
  const resource = useResource(async (signal) => {
    const notice = id();
    return notice === undefined
      ? undefined
      : await app.api.get(`/api/notices/${notice}/approval`, noticeApproval, signal);
  });
  followApprovals(app, () => void resource.reload());
  return resource;
}

/** Whether people may approve what they wrote, in the unit's province. */
export function useSelfApproval(unitId: () => string): Resource<boolean> {
  const app = useApp();
  return useResource(async (signal) => {
    const unit = unitId();
    return unit !== '' && (await app.api.get(`/api/units/${unit}/self-approval`, selfApproval, signal)).allowed;
  });
}

/** The version that waits for a decision. */
export const waitingOf = (approval: NoticeApproval): NoticeVersion | null =>
  approval.versions.find((version) => version.state === 'submitted') ?? null;

/** The version that boards are given. */
export const approvedOf = (approval: NoticeApproval): NoticeVersion | null =>
  approval.versions.find((version) => version.number === approval.approvedVersion) ?? null;

/** What the decision before this version was, if that gave one back: it is read with what was asked for then. */
export function returnedBefore({ versions }: NoticeApproval, number: number): NoticeVersion | null {
  const decided = versions.find((version) => version.number < number && version.decidedAt !== null);
  return decided?.state === 'returned' ? decided : null;
}

/** Decides on a version, as it was read. @throws ApiError such as `already_approved`, `version_edited` */
export const approveVersion = (app: App, noticeId: string, version: number): Promise<NoticeApproval> =>
  app.api.post(`/api/notices/${noticeId}/approve`, noticeApproval, { version });
export const returnVersion = (app: App, noticeId: string, version: number, remark: string): Promise<NoticeApproval> =>
  app.api.post(`/api/notices/${noticeId}/return`, noticeApproval, { version, remark });
