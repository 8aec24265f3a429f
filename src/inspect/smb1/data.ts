/** SMB_COM_READ_ANDX and SMB_COM_WRITE_ANDX, [MS-CIFS] 2.2.4.42 and 2.2.4.43: what carries the contents of files. */
import type { Field, FieldReader } from '../field/field.ts'
import { hexadecimal } from '../field/names.ts'
import { andx, plain } from './strings.ts'

/** Stands at the WordCount's end, as all commands of smb1-bodies.ts. Offsets of data count from the SMB header. */
export function readAndxResponse(r: FieldReader, body: Field, words: number): void {
  if (words !== 12) {
    plain(r, words)
    return
  }
  andx(r)
  r.u16('Available')
  r.u16('DataCompactionMode')
  r.u16('Reserved1')
  const length = r.u16('DataLength')
  const offset = r.u16('DataOffset')
  const high = r.u16('DataLengthHigh')
  r.raw('Reserved2', 8)
  r.u16('ByteCount')
  r.buffer(body, 'Data', offset, high * 0x10000 + length)
}

export function writeAndxRequest(r: FieldReader, body: Field, words: number): void {
  if (words !== 12 && words !== 14) {
    plain(r, words)
    return
  }
  andx(r)
  r.u16('FID', hexadecimal(4))
  r.u32('Offset')
  r.u32('Timeout')
  r.u16('WriteMode', hexadecimal(4))
  r.u16('Remaining')
  const high = r.u16('DataLengthHigh')
  const length = r.u16('DataLength')
  const offset = r.u16('DataOffset')
  if (words === 14) r.u32('OffsetHigh')
  r.u16('ByteCount')
  r.buffer(body, 'Data', offset, high * 0x10000 + length)
}
