/** The map in CONTRIBUTING.md, held: who may import whom, and the rules of the house that no other tool checks. */
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The wings, from the ground up: a wing imports only what stands before it. */
const FLOORS = [
  'dissectors',
  'src/base',
  'src/ledger',
  'src/policy',
  'src/capture',
  'src/track',
  'src/audit',
  'src/report',
  'src/rows',
  'src/query',
  'src/inspect',
  'src/evidence',
  'src/live',
  'src/view',
  'src/tui',
  'src/cli',
  'src/index.ts',
]

/** Imports between wings that still point upwards: each goes when its wing is put in order. */
const UPWARDS = new Set<string>()

/** Packages and Node's modules that a wing may import. */
const PACKAGES: Record<string, readonly string[]> = {
  'src/base': ['node:timers/promises'],
  'src/policy': ['ipaddr.js', 'node:'],
  'src/capture': ['node:', 'tinyglobby', 'cap'],
  'src/audit': ['node:crypto', 'ipaddr.js'],
  'src/evidence': ['node:', 'ipaddr.js'],
  'src/live': ['node:'],
  'src/view': ['node:'],
  'src/tui': ['ink', 'react', 'node:'],
  'src/cli': ['package.json', 'node:', 'commander'],
}

/** A hash seed, so that nobody can choose addresses that collide: it shows in no result. */
const SEEDED = ['src/base/seeded-hash.ts']

interface Import {
  from: string
  target: string
}

const { importGraph } = (await import(new URL('../scripts/import-graph.mjs', import.meta.url).href)) as {
  importGraph: () => { files: string[]; imports: Import[] }
}
const { files, imports } = importGraph()

function wingOf(file: string): string | undefined {
  return FLOORS.find((name) => file === name || file.startsWith(`${name}/`))
}

function isAllowed({ from, target }: Import): boolean {
  const wing = wingOf(from)!
  const other = wingOf(target)
  if (other !== undefined) return FLOORS.indexOf(other) <= FLOORS.indexOf(wing) || UPWARDS.has(`${wing} -> ${other}`)
  return (PACKAGES[wing] ?? []).some(
    (name) => target === name || target.startsWith(name.endsWith(':') ? name : `${name}/`),
  )
}

describe('architecture', () => {
  it('is looked at', () => {
    expect(files.length).toBeGreaterThan(40)
    expect(imports).toContainEqual({ from: 'src/cli/main.ts', target: 'src/cli/program.ts' })
  })

  it('has a floor for every file', () => {
    expect(files.filter((file) => wingOf(file) === undefined)).toEqual([])
  })

  it('has imports that point one way', () => {
    expect(imports.filter((each) => !isAllowed(each))).toEqual([])
  })

  it('names Node’s modules with node:', () => {
    expect(imports.filter(({ target }) => isBuiltin(target) && !target.startsWith('node:'))).toEqual([])
  })

  it('keeps audit, report and the dissectors free of clocks and chance: the same capture gives the same report', () => {
    const pure = files.filter(
      (file) => /^(dissectors|src\/(track|audit|report))\//.test(file) && !SEEDED.includes(file),
    )
    const impure = pure.filter((file) =>
      /\b(Date\.now|new Date\(\)|performance\.now|Math\.random|process\.)/.test(readFileSync(join(ROOT, file), 'utf8')),
    )
    expect(impure).toEqual([])
  })

  it('has no default export, and no any', () => {
    const lines = files.flatMap((file) =>
      readFileSync(join(ROOT, file), 'utf8')
        .split('\n')
        .map((text, i) => `${file}:${i + 1} ${text.trim()}`),
    )
    expect(lines.filter((line) => /\bexport default\b|(?::|\bas|<|,)\s*any\b(?=\s*[[\]>,;)=]|$)/.test(line))).toEqual(
      [],
    )
  })
})
