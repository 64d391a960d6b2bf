/** The sample province: invented, named «Mẫu» (sample), with codes that no real unit has. Its district ended as all did on 1 July 2025. */
import type { BoardInput } from '../../../shared/protocol/api/boards.ts';
import type { Role } from '../store/schema.ts';

/** Two-tier local government begins: 1 July 2025, midnight in Viet Nam (Nghị quyết 203/2025/QH15). */
export const districtsEnd = Date.UTC(2025, 5, 30, 17);
/** Before anything that the sample tells of. */
export const longAgo = Date.UTC(2010, 0, 1);

export const province = { code: '99', name: 'Tỉnh Mẫu' };
export const district = { code: '999', name: 'Huyện Phú An' };

export type CommuneKey = 'phuAn' | 'tanHoa' | 'dongMau' | 'sonLam';
/** `before`: what it was called while the district existed. */
export const communes: Readonly<Record<CommuneKey, { code: string; name: string; before: string }>> = {
  phuAn: { code: '99101', name: 'Xã Phú An', before: 'Thị trấn Phú An' },
  tanHoa: { code: '99102', name: 'Xã Tân Hòa', before: 'Xã Tân Hòa' },
  dongMau: { code: '99103', name: 'Phường Đông Mẫu', before: 'Xã Đông Mẫu' },
  sonLam: { code: '99104', name: 'Xã Sơn Lâm', before: 'Xã Sơn Lâm' },
};

export type UnitKey = CommuneKey | 'province';

export interface SampleUser {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly unit: UnitKey;
}
export const users = {
  administrator: {
    email: 'quantri@tinhmau.example.vn',
    name: 'Trần Minh Quản',
    role: 'administrator',
    unit: 'province',
  },
  province: { email: 'tinh@tinhmau.example.vn', name: 'Lê Thị Hoa', role: 'province', unit: 'province' },
  technician: { email: 'kythuat@tinhmau.example.vn', name: 'Phạm Văn Kỹ', role: 'technician', unit: 'province' },
  viewer: { email: 'xem@tinhmau.example.vn', name: 'Vũ Thị Xem', role: 'viewer', unit: 'province' },
  auditor: { email: 'thanhtra@tinhmau.example.vn', name: 'Bùi Thị Tra', role: 'auditor', unit: 'province' },
  approver: { email: 'duyet@phuan.example.vn', name: 'Nguyễn Văn Duyệt', role: 'approver', unit: 'phuAn' },
  editor: { email: 'bientap@phuan.example.vn', name: 'Đỗ Thị Biên', role: 'editor', unit: 'phuAn' },
} as const satisfies Record<Role, SampleUser>;

type SampleBoard = Omit<BoardInput, 'unitId' | 'defaultPlaylistId' | 'zone'> & { readonly unit: UnitKey };

const whole = (width: number, height: number) => ({
  width,
  height,
  output: { x: 0, y: 0, width, height, rotation: 0 as const },
});

/** The first one is the one that `npm start` starts a player for. */
export const boards: readonly SampleBoard[] = [
  {
    unit: 'phuAn',
    name: 'Bảng tin trung tâm xã Phú An',
    place: 'Trước trụ sở UBND xã Phú An',
    kind: 'lcd',
    ...whole(1920, 1080),
    pitchUm: null,
    readingDistanceCm: 400,
    groups: ['trung-tam'],
  },
  {
    unit: 'tanHoa',
    name: 'Màn hình đứng nhà văn hóa Tân Hòa',
    place: 'Sảnh nhà văn hóa thôn Hòa Bình, xã Tân Hòa',
    kind: 'lcd',
    ...whole(1080, 1920),
    pitchUm: null,
    readingDistanceCm: 250,
    groups: ['nha-van-hoa'],
  },
  {
    unit: 'dongMau',
    name: 'Bảng LED cổng phường Đông Mẫu',
    place: 'Cổng trụ sở UBND phường Đông Mẫu',
    kind: 'led',
    ...whole(640, 320),
    pitchUm: 5000,
    readingDistanceCm: 1500,
    groups: ['trung-tam'],
  },
  {
    unit: 'sonLam',
    name: 'Bảng chữ LED chợ Sơn Lâm',
    place: 'Cổng chợ Sơn Lâm, quốc lộ 99',
    kind: 'led',
    ...whole(192, 96),
    pitchUm: 10_000,
    readingDistanceCm: 2500,
    groups: ['cho'],
  },
  {
    // A controller that takes the picture out of the corner of a standard 4K raster.
    unit: 'province',
    name: 'Màn hình LED quảng trường tỉnh',
    place: 'Quảng trường trung tâm Tỉnh Mẫu',
    kind: 'led',
    width: 3840,
    height: 2160,
    output: { x: 640, y: 360, width: 2560, height: 1440, rotation: 0 },
    pitchUm: 4000,
    readingDistanceCm: 3000,
    groups: ['quang-truong'],
  },
  {
    // Mounted upright: the picture is turned.
    unit: 'dongMau',
    name: 'Trụ LED bến xe Đông Mẫu',
    place: 'Bến xe khách phường Đông Mẫu',
    kind: 'led',
    width: 1280,
    height: 640,
    output: { x: 0, y: 0, width: 1280, height: 640, rotation: 90 },
    pitchUm: 4000,
    readingDistanceCm: 1200,
    groups: ['ben-xe'],
  },
];
export const zone = 'Asia/Ho_Chi_Minh';
