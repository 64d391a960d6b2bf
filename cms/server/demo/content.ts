/** What the sample boards show: texts as communes write them, all our own; dates lie around the first start. */
import type { noticeCategories } from '../../../shared/protocol/programme.ts';
import type { UnitKey } from './province.ts';

type Category = (typeof noticeCategories)[number];
type LayoutFields = Record<string, string | { value: string; unit: string; label: string }[]>;

export interface SampleNotice {
  readonly key: string;
  readonly unit: UnitKey;
  readonly category: Category;
  readonly title: string;
  readonly durationMs: number | null;
  readonly entertainment?: true;
  readonly content:
    | { readonly layout: 'notice' | 'infographic'; readonly fields: LayoutFields; readonly link?: string }
    /** File in media/. */
    | { readonly media: string; readonly alt: string };
}

export interface SamplePlaylist {
  readonly key: string;
  readonly unit: UnitKey;
  readonly name: string;
  /** Keys of notices. */
  readonly notices: readonly string[];
}

export interface SampleEntry {
  readonly unit: UnitKey;
  readonly playlist: string;
  readonly name: string;
  readonly cron: string;
  readonly hours: number;
  readonly priority: number;
}

const DAY_MS = 86_400_000;
const weekdays = ['Chủ nhật', 'thứ Hai', 'thứ Ba', 'thứ Tư', 'thứ Năm', 'thứ Sáu', 'thứ Bảy'];

/** dd/MM/yyyy in Viet Nam, `days` after `now` (ms UTC), or the first such weekday (0 Sunday) from then on. */
function calendar(now: number) {
  const viet = (at: number): Date => new Date(at + 7 * 3_600_000);
  const at = (days: number, weekday: number | null): Date => {
    let day = viet(now + days * DAY_MS);
    while (weekday !== null && day.getUTCDay() !== weekday) day = new Date(day.getTime() + DAY_MS);
    return day;
  };
  const two = (n: number): string => String(n).padStart(2, '0');
  const date = (days: number, weekday: number | null = null): string => {
    const day = at(days, weekday);
    return `${two(day.getUTCDate())}/${two(day.getUTCMonth() + 1)}/${day.getUTCFullYear()}`;
  };
  const long = (days: number, weekday: number | null = null): string =>
    `${weekdays[at(days, weekday).getUTCDay()]} ngày ${date(days, weekday)}`;
  return { date, long, year: viet(now).getUTCFullYear() };
}

const ubnd = (name: string): string => `Ủy ban nhân dân ${name}`;

/** @param now ms UTC of the first start */
export function sampleNotices(now: number): readonly SampleNotice[] {
  const { date, long, year } = calendar(now);
  return [
    {
      key: 'tiemChung',
      unit: 'phuAn',
      category: 'local',
      title: 'Tiêm vắc xin phòng sởi cho trẻ dưới 5 tuổi',
      durationMs: null,
      content: {
        layout: 'notice',
        fields: {
          title: 'Tiêm vắc xin phòng sởi cho trẻ dưới 5 tuổi',
          body: [
            'Trạm Y tế xã Phú An tổ chức tiêm miễn phí cho trẻ từ 9 tháng đến dưới 5 tuổi chưa tiêm đủ mũi.',
            `- Thời gian: 7 giờ 30 đến 11 giờ, ${long(5, 6)}.`,
            '- Địa điểm: Trạm Y tế xã và nhà văn hóa thôn Trung.',
            '- Mang theo: sổ tiêm chủng, giấy khai sinh hoặc mã định danh của trẻ.',
            'Trẻ đang sốt được hẹn tiêm vào tuần sau. Hỏi thêm tại Trạm Y tế trong giờ hành chính.',
          ].join('\n'),
          documentNumber: '52/TB-UBND',
          date: date(-2),
          issuingUnit: ubnd('xã Phú An'),
          signer: 'Phó Chủ tịch Nguyễn Thị Thu',
        },
        link: 'https://phuan.example.vn/tiem-chung',
      },
    },
    {
      key: 'tiepCongDan',
      unit: 'phuAn',
      category: 'law',
      title: 'Lịch tiếp công dân của lãnh đạo xã',
      durationMs: null,
      content: {
        layout: 'notice',
        fields: {
          title: 'Lịch tiếp công dân của lãnh đạo xã',
          body: [
            'Chủ tịch Ủy ban nhân dân xã tiếp công dân định kỳ như sau:',
            '- Thứ Năm hằng tuần, từ 7 giờ 30 đến 11 giờ 30.',
            '- Tại Phòng tiếp công dân, tầng 1 trụ sở xã.',
            'Ngày khác, công chức trực tiếp nhận đơn trong giờ làm việc. Phản ánh có thể gửi qua Cổng Dịch vụ công.',
          ].join('\n'),
          documentNumber: '47/TB-UBND',
          date: date(-6),
          issuingUnit: ubnd('xã Phú An'),
          signer: 'Chủ tịch Hoàng Văn Lâm',
        },
      },
    },
    {
      key: 'caiCach',
      unit: 'phuAn',
      category: 'economy',
      title: 'Xã Phú An giải quyết thủ tục hành chính',
      durationMs: null,
      content: {
        layout: 'infographic',
        fields: {
          title: 'Thủ tục hành chính trong tháng',
          rows: [
            { value: '642', unit: 'hồ sơ', label: 'Đã tiếp nhận' },
            { value: '99,1', unit: '%', label: 'Trả đúng hoặc trước hạn' },
            { value: '87', unit: '%', label: 'Nộp trực tuyến' },
            { value: '15', unit: 'phút', label: 'Thời gian chờ trung bình' },
          ],
          source: `Trung tâm Phục vụ hành chính công xã Phú An, tính đến ${date(-1)} (số liệu mẫu)`,
        },
      },
    },
    {
      key: 'catDien',
      unit: 'tanHoa',
      category: 'local',
      title: 'Lịch tạm ngừng cấp điện',
      durationMs: null,
      content: {
        layout: 'notice',
        fields: {
          title: 'Lịch tạm ngừng cấp điện để sửa chữa đường dây',
          body: [
            `- ${long(3)}: thôn Hòa Bình, thôn Hòa Hợp, từ 7 giờ đến 11 giờ.`,
            `- ${long(4)}: thôn Tân Lập, từ 13 giờ đến 16 giờ 30.`,
            'Các hộ chủ động tích nước, rút phích cắm thiết bị. Điện có thể được đóng lại sớm hơn mà không báo trước.',
          ].join('\n'),
          documentNumber: '31/TB-UBND',
          date: date(-1),
          issuingUnit: ubnd('xã Tân Hòa'),
          signer: 'Phó Chủ tịch Lý Văn Sơn',
        },
      },
    },
    {
      key: 'nuocSachSo',
      unit: 'tanHoa',
      category: 'economy',
      title: 'Nông thôn mới Tân Hòa qua những con số',
      durationMs: null,
      content: {
        layout: 'infographic',
        fields: {
          title: 'Nông thôn mới xã Tân Hòa',
          rows: [
            { value: '19/19', unit: 'tiêu chí', label: 'Đã hoàn thành' },
            { value: '96', unit: '%', label: 'Hộ dùng nước sạch' },
            { value: '4,2', unit: 'km', label: 'Đường hoa do dân trồng' },
          ],
          source: `Báo cáo của UBND xã Tân Hòa năm ${year} (số liệu mẫu)`,
        },
      },
    },
    {
      key: 'luongHuu',
      unit: 'dongMau',
      category: 'welfare',
      title: 'Chi trả trợ cấp xã hội qua tài khoản',
      durationMs: null,
      content: {
        layout: 'notice',
        fields: {
          title: 'Chi trả trợ cấp xã hội qua tài khoản',
          body: [
            'Từ tháng sau, phường chi trả trợ cấp qua tài khoản ngân hàng hoặc tài khoản an sinh xã hội trên VNeID.',
            '- Người hưởng đăng ký tại tổ dân phố hoặc bộ phận một cửa.',
            `- Hạn đăng ký: hết ${long(12, 5)}.`,
            'Người cao tuổi, người khuyết tật được đăng ký và nhận tại nhà.',
          ].join('\n'),
          documentNumber: '64/TB-UBND',
          date: date(-3),
          issuingUnit: ubnd('phường Đông Mẫu'),
          signer: 'Phó Chủ tịch Bùi Thị Hạnh',
        },
      },
    },
    {
      key: 'ledGac',
      unit: 'dongMau',
      category: 'security',
      title: 'Không họp chợ lấn lòng đường',
      durationMs: 10_000,
      content: {
        layout: 'notice',
        fields: { title: 'Không lấn chiếm vỉa hè, lòng đường', body: 'Để xe đúng vạch. Bán hàng trong khu vực chợ.' },
      },
    },
    {
      key: 'choPhien',
      unit: 'sonLam',
      category: 'local',
      title: 'Chợ phiên Sơn Lâm',
      durationMs: 8000,
      content: {
        layout: 'notice',
        fields: { title: 'Chợ phiên Sơn Lâm', body: `Họp ${long(2, 0)}, từ 5 giờ. Gửi xe miễn phí.` },
      },
    },
    {
      key: 'nghiaVu',
      unit: 'sonLam',
      category: 'security',
      title: 'Khám sức khỏe nghĩa vụ quân sự',
      durationMs: 8000,
      content: {
        layout: 'notice',
        fields: { title: 'Khám nghĩa vụ quân sự', body: `7 giờ ${long(9, 2)}, Trạm Y tế xã.` },
      },
    },
    {
      key: 'chayRung',
      unit: 'province',
      category: 'disaster',
      title: 'Mùa khô: giữ rừng, không để lửa đến gần',
      durationMs: 12_000,
      content: {
        media: 'phong-chay-rung.webp',
        alt: 'Đồi thông lúc hoàng hôn. Mùa khô: giữ rừng, không để lửa đến gần. Thấy khói lửa gọi 114.',
      },
    },
    {
      key: 'phongBao',
      unit: 'province',
      category: 'disaster',
      title: 'Chủ động phòng bão',
      durationMs: 10_000,
      content: { media: 'chu-dong-phong-bao.webp', alt: 'Mùa mưa bão: chằng chống nhà cửa, giữ sẵn đèn, nước, thuốc.' },
    },
    {
      key: 'chuNhatXanh',
      unit: 'province',
      category: 'local',
      title: 'Ngày Chủ nhật xanh',
      durationMs: 12_000,
      content: {
        media: 've-sinh-duong-lang.webp',
        alt: 'Ngày Chủ nhật xanh: cùng dọn đường làng, ngõ xóm từ 6 giờ 30 sáng Chủ nhật.',
      },
    },
    {
      key: 'ruouBia',
      unit: 'province',
      category: 'violations',
      title: 'Đã uống rượu bia, không lái xe',
      durationMs: 12_000,
      content: { media: 'da-uong-khong-lai.webp', alt: 'Biển cấm vẽ cốc bia. Đã uống rượu bia, không lái xe.' },
    },
    {
      key: 'muaVang',
      unit: 'province',
      category: 'examples',
      title: 'Mùa vàng Tỉnh Mẫu',
      durationMs: null,
      entertainment: true,
      content: { media: 'mua-vang.mp4', alt: 'Mặt trời lên trên ruộng bậc thang. Mùa vàng Tỉnh Mẫu.' },
    },
    {
      key: 'nuoc',
      unit: 'province',
      category: 'economy',
      title: 'Tiết kiệm nước là việc mỗi ngày',
      durationMs: null,
      content: {
        media: 'tiet-kiem-nuoc.mp4',
        alt: 'Sóng nước. Tiết kiệm nước là việc mỗi ngày. Khóa vòi khi không dùng.',
      },
    },
    {
      key: 'dichVuCong',
      unit: 'province',
      category: 'law',
      title: 'Nộp hồ sơ trực tuyến bằng VNeID',
      durationMs: null,
      content: {
        layout: 'notice',
        fields: {
          title: 'Nộp hồ sơ trực tuyến bằng tài khoản VNeID',
          body: [
            'Người dân đăng nhập Cổng Dịch vụ công quốc gia bằng tài khoản VNeID mức 2, chọn thủ tục, nộp hồ sơ và theo dõi kết quả tại nhà.',
            'Cần giúp đỡ, đến Trung tâm Phục vụ hành chính công xã, phường: có người hướng dẫn, máy và mạng miễn phí.',
          ].join('\n'),
          documentNumber: '118/HD-UBND',
          date: date(-10),
          issuingUnit: ubnd('Tỉnh Mẫu'),
          signer: 'Chánh Văn phòng Đặng Quốc Bình',
        },
      },
    },
  ];
}

export const playlists: readonly SamplePlaylist[] = [
  {
    key: 'phuAn',
    unit: 'phuAn',
    name: 'Phát hằng ngày',
    notices: ['tiemChung', 'muaVang', 'caiCach', 'tiepCongDan', 'chuNhatXanh'],
  },
  {
    key: 'phuAnSang',
    unit: 'phuAn',
    name: 'Bản tin sáng',
    notices: ['tiepCongDan', 'dichVuCong', 'nuoc', 'tiemChung'],
  },
  { key: 'tanHoa', unit: 'tanHoa', name: 'Phát hằng ngày', notices: ['catDien', 'ruouBia', 'nuocSachSo', 'nuoc'] },
  { key: 'dongMau', unit: 'dongMau', name: 'Phát hằng ngày', notices: ['luongHuu', 'ledGac', 'phongBao', 'muaVang'] },
  { key: 'sonLam', unit: 'sonLam', name: 'Phát hằng ngày', notices: ['choPhien', 'nghiaVu', 'phongBao'] },
  {
    key: 'province',
    unit: 'province',
    name: 'Quảng trường',
    notices: ['muaVang', 'dichVuCong', 'chuNhatXanh', 'nuoc', 'chayRung'],
  },
  { key: 'chuNhat', unit: 'province', name: 'Chủ nhật xanh', notices: ['chuNhatXanh', 'nuoc'] },
];

export const entries: readonly SampleEntry[] = [
  { unit: 'phuAn', playlist: 'phuAnSang', name: 'Bản tin sáng', cron: '0 6 * * *', hours: 2, priority: 20 },
  { unit: 'province', playlist: 'chuNhat', name: 'Chủ nhật xanh', cron: '0 6 * * 0', hours: 3, priority: 50 },
];

/** What the province obliges its communes to show. */
export const obligation = { notice: 'chayRung', perHour: 6, cron: '0 0 * * *', hours: 24 };
