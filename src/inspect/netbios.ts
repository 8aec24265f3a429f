/** The prefix of every message, RFC 1002 4.3 on 139 and [MS-SMB2] 2.1 on 445. */
import {
  NEGATIVE_SESSION_RESPONSE,
  NETBIOS_HEADER_LENGTH,
  POSITIVE_SESSION_RESPONSE,
  RETARGET_SESSION_RESPONSE,
  SESSION_KEEP_ALIVE,
  SESSION_MESSAGE,
  SESSION_REQUEST,
} from '../../dissectors/netbios/session-service.ts'
import type { FieldReader } from './field/field.ts'
import { hexadecimal, namedNumber } from './field/names.ts'

const TYPES: ReadonlyMap<number, string> = new Map([
  [SESSION_MESSAGE, 'SESSION MESSAGE'],
  [SESSION_REQUEST, 'SESSION REQUEST'],
  [POSITIVE_SESSION_RESPONSE, 'POSITIVE SESSION RESPONSE'],
  [NEGATIVE_SESSION_RESPONSE, 'NEGATIVE SESSION RESPONSE'],
  [RETARGET_SESSION_RESPONSE, 'RETARGET SESSION RESPONSE'],
  [SESSION_KEEP_ALIVE, 'SESSION KEEP ALIVE'],
])

export function isSessionPacketType(type: number | undefined): boolean {
  return type !== undefined && TYPES.has(type)
}

/** Reads the prefix; how many bytes follow it by its word, and whether they are a message. */
export function describePrefix(r: FieldReader): { length: number; isMessage: boolean } {
  let length = 0
  let type = -1
  r.group('NetBIOS session service', '', (group) => {
    type = r.u8(
      'Type',
      namedNumber(2, (value) => TYPES.get(value)),
    )
    const start = r.offset
    length = (r.cursor.u8('Length') << 16) | r.cursor.u16be('Length')
    // Of the session service's own packets 17 bits are the length.
    if (type !== SESSION_MESSAGE) {
      length &= 0x1ffff
      r.add('Flags', hexadecimal(2)(r.bytes[start] ?? 0), start, start + 1)
      r.add('Length', String(length), start, start + 3)
    } else r.add('Length', String(length), start, start + 3)
    group.value = `${TYPES.get(type) ?? hexadecimal(2)(type)}, ${length} bytes follow`
  })
  return { length, isMessage: type === SESSION_MESSAGE }
}

export { NETBIOS_HEADER_LENGTH }
