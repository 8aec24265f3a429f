/** The captures that cases are made from: those of the repository and any others, unpacked and in memory. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { constants, gunzipSync } from 'node:zlib'
import { capturesFolder } from '../support/captures.ts'
import { checksum } from './bytes.ts'
import { piecesOf } from './capture-file.ts'
import type { Random } from './random.ts'

const OWN = fileURLToPath(new URL('../../captures', import.meta.url))

/** Larger ones are left out: a part of a smaller one shows as much. */
const MAX_BYTES = 4 << 20
/** Of a hundred picks, how many are the repository's captures, and how many are others with SMB. The rest have no SMB. */
const OWN_SHARE = 65
const SMB_SHARE = 28

export interface Source {
  /** Below its folder. */
  name: string
  bytes: Uint8Array
}

export interface Corpus {
  own: readonly Source[]
  /** Those of other folders, with SMB and without. */
  smb: readonly Source[]
  others: readonly Source[]
  byName: ReadonlyMap<string, Source>
  /** Identifies the corpus: cases repeat only on the same one. */
  mark: string
}

/** The folders that a run uses: `extra` is one that the user names, besides those that are always used. */
export function loadCorpus(extra: string | null, outside: string | null = capturesFolder()): Corpus {
  const own = capturesIn(OWN)
  const rest = [outside, extra].flatMap((folder) => (folder === null ? [] : capturesIn(folder)))
  const all = [...own, ...rest]
  // If two have the same name, the first counts.
  const byName = new Map(all.reverse().map((source) => [source.name, source]))
  let mark = 0
  for (const { bytes } of all) mark = (Math.imul(mark, 31) ^ checksum(bytes)) >>> 0
  const smb = rest.filter(({ bytes }) => hasSmb(bytes))
  const others = rest.filter(({ bytes }) => !hasSmb(bytes))
  return { own, smb, others, byName, mark: mark.toString(16).padStart(8, '0') }
}

/** Picks small ones far more often than large ones: a case must be quick, and faults show in few packets. */
export function pickSource({ own, smb, others }: Corpus, random: Random): Source {
  const share = random.below(100)
  const wanted = share < OWN_SHARE ? own : share < OWN_SHARE + SMB_SHARE ? smb : others
  const list = wanted.length === 0 ? own : wanted
  const one = random.pick(list)
  if (random.oneIn(8)) return one
  const other = random.pick(list)
  return other.bytes.length < one.bytes.length ? other : one
}

/** By name, so that the order is the same on every machine. */
function capturesIn(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort((a, b) => (a < b ? -1 : 1))
    .flatMap((path) => {
      // No Buffer: its slice() is no copy.
      const bytes = unpacked(new Uint8Array(readFileSync(path)))
      if (bytes === null || bytes.length > MAX_BYTES || piecesOf(bytes) === null) return []
      return [{ name: relative(folder, path), bytes }]
    })
}

/** Whether it contains the letters of a protocol id. */
function hasSmb(bytes: Uint8Array): boolean {
  const { buffer, byteOffset, length } = bytes
  return Buffer.from(buffer, byteOffset, length).includes('SMB', 0, 'latin1')
}

/** gunzips as far as possible; null if it cannot begin. */
function unpacked(bytes: Uint8Array): Uint8Array | null {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return new Uint8Array(gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_BYTES }))
  } catch {
    return null
  }
}
