/** From paths, folders and patterns to the capture files they name. */
import { didYouMean } from '../../base/did-you-mean.ts'
import type { OtherKind } from '../../capture/format/detect.ts'
import { expandInputs, type LeftOut } from '../../capture/read/inputs.ts'
import { reportLine } from '../output/diagnostics.ts'

export interface FoundInputs {
  files: string[]
  /** Paths that lead to no capture. Each was reported to the user. */
  unread: number
}

/** @param commands names of commands, which may have been meant if there is no such file */
export async function findInputs(paths: readonly string[], commands: readonly string[]): Promise<FoundInputs> {
  const { files, errors, leftOut } = await expandInputs(paths)
  for (const error of errors) {
    const hint = error.code === 'not-found' ? didYouMean(error.path, commands) : ''
    reportLine(error.message + hint)
  }
  for (const each of leftOut) reportLine(leftOutText(each))
  return { files, unread: errors.length }
}

/** For one file, and for several. */
const KIND_WORDS: Record<OtherKind, readonly [string, string]> = {
  text: ['text', 'text'],
  'web-page': ['web page', 'web pages'],
  image: ['image', 'images'],
  document: ['document', 'documents'],
  empty: ['empty', 'empty'],
  zeros: ['nothing but zeros', 'nothing but zeros'],
  other: ['other data', 'other data'],
}

/** "evidence: skipped 12 files that are not captures (9 text, 2 images, 1 empty)" */
function leftOutText({ folder, kinds }: LeftOut): string {
  const counts = [...kinds].sort(([, a], [, b]) => b - a)
  const files = counts.reduce((sum, [, count]) => sum + count, 0)
  if (files === 1) return `${folder}: skipped 1 file that is not a capture (${KIND_WORDS[counts[0]![0]][0]})`
  const each = counts.map(([kind, count]) => `${count} ${KIND_WORDS[kind][count === 1 ? 0 : 1]}`).join(', ')
  return `${folder}: skipped ${files} files that are not captures (${each})`
}
