/** Outside captures for differential tests: the folder in SMBLENS_CAPTURES, or ../shared/captures beside the repository. */
import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The folder of outside captures, or null where there is none: the tests that need it are skipped then. */
export function capturesFolder(): string | null {
  const { SMBLENS_CAPTURES } = process.env
  const folder = resolve(ROOT, SMBLENS_CAPTURES ?? '../shared/captures')
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? folder : null
}

/** Every file below a folder of outside captures (`sub` narrows it), sorted; empty where there are none. */
export function captureFiles(sub = ''): string[] {
  const folder = capturesFolder()
  if (folder === null) return []
  return readdirSync(join(folder, sub), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
}

/** `count` items spread evenly over a list: a sample that is the same in every run. */
export function sample<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items]
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!)
}
