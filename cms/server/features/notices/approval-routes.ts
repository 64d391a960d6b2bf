import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  noticeApproval,
  noticeApprove,
  noticeReturn,
  noticeSubmit,
  selfApproval as selfApprovalSchema,
  selfApprovalEdit,
} from '../../../../shared/protocol/api/approval.ts';
import { uuid } from '../../../../shared/protocol/common.ts';
import { actorOf, type Routes } from '../../context.ts';
import type { Approvals } from './approval.ts';
import type { SelfApproval } from './self-approval.ts';

const params = z.strictObject({ id: uuid });
const config = { auth: 'user' } as const;
const response = { 200: noticeApproval };

export const approvalRoutes =
  (approvals: Approvals, selfApproval: SelfApproval): Routes =>
  async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get('/api/notices/:id/approval', { config, schema: { params, response } }, (request) =>
      approvals.view(actorOf(request), request.params.id),
    );
    app.post('/api/notices/:id/submit', { config, schema: { params, body: noticeSubmit, response } }, (request) =>
      approvals.submit(actorOf(request), request.params.id, request.body),
    );
    app.post('/api/notices/:id/approve', { config, schema: { params, body: noticeApprove, response } }, (request) =>
      approvals.approve(actorOf(request), request.params.id, request.body.version),
    );
    app.post('/api/notices/:id/return', { config, schema: { params, body: noticeReturn, response } }, (request) =>
      approvals.return(actorOf(request), request.params.id, request.body.version, request.body.remark),
    );
    app.get(
      '/api/units/:id/self-approval',
      { config, schema: { params, response: { 200: selfApprovalSchema } } },
      (request) => selfApproval.read(actorOf(request), request.params.id),
    );
    app.put(
      '/api/units/:id/self-approval',
      { config, schema: { params, body: selfApprovalEdit, response: { 200: selfApprovalSchema } } },
      (request) => selfApproval.write(actorOf(request), request.params.id, request.body.allowed),
    );
    await Promise.resolve();
  };
