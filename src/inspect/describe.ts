/** One message, or a packet with the prefix of its transport, as a tree of fields. */
import { u16le, u32le } from '../../dissectors/bytes.ts'
import {
  PROTOCOL_ID_COMPRESSION,
  PROTOCOL_ID_SMB1,
  PROTOCOL_ID_SMB2,
  PROTOCOL_ID_TRANSFORM,
  SMB2_HEADER_LENGTH,
  SMB2_OFFSET,
} from '../../dissectors/smb2/header.ts'
import { type Field, FieldReader, note } from './field/field.ts'
import { describePrefix, isSessionPacketType, NETBIOS_HEADER_LENGTH } from './netbios.ts'
import { describeSmb1Commands } from './smb1/bodies.ts'
import { describeSmb1Header } from './smb1/header.ts'
import { describeSmb2Body } from './smb2/bodies.ts'
import { describeSmb2Header } from './smb2/header.ts'
import { describeCompression, describeTransform } from './smb2/transform.ts'

/** Messages of one compound beyond this are not shown. */
const MAX_ELEMENTS = 64

/**
 * The fields of what begins in `bytes`: a message at its protocol id, or a packet at its NetBIOS prefix. Ranges count from the first byte.
 * Never fails: what is cut or makes no sense is in the notes, and the number of fields is bounded.
 * @param wireLength how long the message is on the wire, if `bytes` hold only its beginning
 * @param response whether it is a response, if that is known from something other than its own flag
 */
export function describeMessage(
  bytes: Uint8Array,
  wireLength: number = bytes.length,
  response: boolean | null = null,
): Field[] {
  const r = new FieldReader(bytes, Math.max(wireLength, bytes.length))
  const top = r.group('', '', () => {
    if (isSessionPacketType(bytes[0])) describePacket(r, response)
    else describeElements(r, r.cursor.wireLength, response)
  })
  if (top.note !== undefined && top.children.length > 0) note(top.children[top.children.length - 1] as Field, top.note)
  return top.children
}

function describePacket(r: FieldReader, response: boolean | null): void {
  const { length, isMessage } = describePrefix(r)
  const end = Math.min(NETBIOS_HEADER_LENGTH + length, r.cursor.wireLength)
  if (isMessage) describeElements(r, end, response)
  else if (end > r.offset) r.raw('Payload', end - r.offset)
}

/** The messages from where `r` stands to `end`: one, or those of a compound. */
function describeElements(r: FieldReader, end: number, response: boolean | null): void {
  const packet = r.fields.at(-1)
  for (let count = 0; r.offset < end && r.offset < r.bytes.length; count++) {
    if (count === MAX_ELEMENTS) {
      if (packet !== undefined) note(packet, `${MAX_ELEMENTS} messages of a compound are shown`)
      return
    }
    const start = r.offset
    const length = elementLength(r.bytes, start, end - start)
    const field = r.add(nameOf(r.bytes, start), `${length} bytes`, start, start + length)
    r.within(field, start, length, (inside) => describeElement(inside, response))
    r.offset = start + length
  }
}

function elementLength(b: Uint8Array, o: number, left: number): number {
  if (u32le(b, o) !== PROTOCOL_ID_SMB2 || o + SMB2_OFFSET.nextCommand + 4 > b.length) return left
  const next = u32le(b, o + SMB2_OFFSET.nextCommand)
  return next >= SMB2_HEADER_LENGTH && next < left ? next : left
}

function nameOf(b: Uint8Array, o: number): string {
  switch (u32le(b, o)) {
    case PROTOCOL_ID_SMB2:
      return 'SMB2'
    case PROTOCOL_ID_SMB1:
      return 'SMB1'
    case PROTOCOL_ID_TRANSFORM:
      return 'SMB2, encrypted'
    case PROTOCOL_ID_COMPRESSION:
      return 'SMB2, compressed'
    default:
      return 'Padding'
  }
}

function describeElement(r: FieldReader, response: boolean | null): void {
  switch (u32le(r.bytes, 0)) {
    case PROTOCOL_ID_SMB2: {
      const header = describeSmb2Header(r, response)
      if (r.offset < SMB2_HEADER_LENGTH || u16le(r.bytes, SMB2_OFFSET.structureSize) !== SMB2_HEADER_LENGTH) return
      describeSmb2Body(r, header)
      break
    }
    case PROTOCOL_ID_SMB1:
      describeSmb1Commands(r, describeSmb1Header(r, response))
      break
    case PROTOCOL_ID_TRANSFORM:
      describeTransform(r)
      break
    case PROTOCOL_ID_COMPRESSION:
      describeCompression(r)
      break
    default:
  }
}
