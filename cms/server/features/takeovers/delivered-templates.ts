/** The templates that an installation begins with. The province makes them its own: see templates.ts. */
import type { TakeoverTemplate } from '../../../../shared/protocol/api/takeover-templates.ts';

const hourMs = 3_600_000;

export const deliveredTemplates: readonly TakeoverTemplate[] = [
  {
    id: '0199d6a0-0000-7000-8000-000000000001',
    event: 'Lũ quét',
    level: 3,
    headline: 'Nguy cơ lũ quét, sạt lở đất tại [tên xã, thôn]',
    instruction:
      'Rời ngay vùng ven suối và chân sườn dốc, đến [nơi tập trung].\nKhông đi qua ngầm, tràn.\nGọi 112 khi cần cứu nạn.',
    durationMs: 6 * hourMs,
  },
  {
    id: '0199d6a0-0000-7000-8000-000000000002',
    event: 'Bão',
    level: 3,
    headline: 'Bão số [số] ảnh hưởng trực tiếp đến [khu vực] từ [giờ, ngày]',
    instruction:
      'Ở trong nhà kiên cố, tránh xa cửa kính.\nChằng chống nhà cửa, cắt điện khi nước vào nhà.\nTàu thuyền vào nơi trú ẩn.\nGọi 112 khi cần cứu nạn.',
    durationMs: 12 * hourMs,
  },
  {
    id: '0199d6a0-0000-7000-8000-000000000003',
    event: 'Cháy rừng',
    level: 4,
    headline: 'Cháy rừng tại [địa điểm]',
    instruction: 'Người dân [tên thôn] sơ tán đến [nơi tập trung].\nKhông vào rừng, không đốt lửa.\nBáo cháy: 114.',
    durationMs: 6 * hourMs,
  },
  {
    id: '0199d6a0-0000-7000-8000-000000000004',
    event: 'Dịch bệnh',
    level: 2,
    headline: 'Có dịch [tên bệnh] tại [tên xã]',
    instruction:
      'Đeo khẩu trang, rửa tay thường xuyên, hạn chế tụ tập.\nCó triệu chứng: đến trạm y tế hoặc gọi [số điện thoại].',
    durationMs: 24 * hourMs,
  },
  {
    id: '0199d6a0-0000-7000-8000-000000000005',
    event: 'Mất điện',
    level: 1,
    headline: 'Mất điện tại [khu vực] từ [giờ] đến [giờ]',
    instruction: 'Rút phích cắm thiết bị điện, cẩn thận với nến và bếp.\nBáo sự cố: [số điện thoại điện lực].',
    durationMs: 4 * hourMs,
  },
];
