import { expect, it, vi } from 'vitest';
import { ApiError } from '../../lib/api.ts';
import { documentOf } from './source.ts';

const documentId = '019a0000-0000-7000-8000-000000000001';
const refusing = (code: string) => ({ get: vi.fn(() => Promise.reject(new ApiError(code, 'Refused'))) });

it('is none where it is out of sight, and a fault where it could not be asked for', async () => {
  const api = refusing('document_unknown');
  expect(await documentOf(api, { documentId })).toBeNull();
  expect(api.get).toHaveBeenCalledWith(`/api/documents/${documentId}`, expect.anything(), undefined);
  await expect(documentOf(refusing('offline'), { documentId })).rejects.toMatchObject({ code: 'offline' });
});

it('is not asked for where there is none', async () => {
  const api = refusing('document_unknown');
  expect(await documentOf(api, { documentId: null })).toBeNull();
  expect(api.get).not.toHaveBeenCalled();
});
