import { sha256 as digest } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** Lower-case hex SHA-256 of bytes, or of a text's UTF-8. Node's own is faster and may be passed wherever this type is taken. */
export type Sha256 = (data: string | Uint8Array) => string;

/** SHA-256 where there is no Node: synchronous, in plain JavaScript. */
export const sha256: Sha256 = (data) => bytesToHex(digest(typeof data === 'string' ? utf8ToBytes(data) : data));
