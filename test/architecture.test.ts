/** The map in CONTRIBUTING.md, held: who may import whom, and the rules of the house that no other tool checks. */
import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** What each part may import besides itself. Packages and Node's modules are named like folders. */
const ALLOWED: Record<string, readonly string[]> = {
  dissectors: [],
  'src/capture': [
    'dissectors/bytes.ts',
    'node:',
    'tinyglobby',
    'cap',
    'src/track/ledger.ts',
    'src/report/escape.ts',
    'src/report/suggest.ts',
  ],
  'src/track': ['dissectors', 'src/capture/frame-sink.ts', 'src/capture/link-types.ts'],
  'src/audit': ['dissectors', 'src/track', 'node:crypto', 'ipaddr.js'],
  'src/report': ['dissectors', 'src/track', 'src/audit'],
  'src/evidence': ['dissectors', 'src/capture', 'src/track', 'src/audit', 'src/report', 'node:', 'ipaddr.js'],
  'src/query': ['src/audit', 'src/report/suggest.ts', 'src/report/escape.ts', 'src/report/words.ts', 'src/tui/rows.ts'],
  'src/live': ['src/capture', 'src/track', 'src/audit', 'src/report', 'node:'],
  'src/view': [
    'dissectors',
    'src/capture',
    'src/track',
    'src/audit',
    'src/report',
    'src/evidence',
    'src/inspect',
    'src/live',
    'src/tui',
    'node:',
  ],
  'src/tui': [
    'dissectors',
    'src/track',
    'src/audit',
    'src/report',
    'src/query',
    'src/view',
    'src/live',
    'src/inspect/hex-lines.ts',
    'ink',
    'react',
    'node:',
  ],
  'src/inspect': ['dissectors', 'src/capture', 'src/track'],
  'src/cli': [
    'src/capture',
    'src/track',
    'src/audit',
    'src/report',
    'src/live',
    'src/tui/open.tsx',
    'src/tui/screen-sequences.ts',
    'package.json',
    'node:',
    'commander',
  ],
  'src/index.ts': ['src/capture', 'src/track', 'src/audit', 'src/report'],
}

/** A hash seed, so that nobody can choose addresses that collide: it shows in no result. */
const SEEDED = ['src/track/hash.ts']

interface Import {
  from: string
  target: string
}

const files = [...sources('dissectors'), ...sources('src')]
const imports = files.flatMap(importsOf)

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name))
}

function importsOf(from: string): Import[] {
  const text = readFileSync(join(ROOT, from), 'utf8')
  const specifiers = [...text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*'([^'\n]+)'/g)].map((match) => match[1]!)
  return specifiers.map((specifier) => ({
    from,
    target: specifier.startsWith('.') ? relative(ROOT, join(ROOT, dirname(from), specifier)) : specifier,
  }))
}

function partOf(file: string): string {
  const part = Object.keys(ALLOWED).find((name) => file === name || file.startsWith(`${name}/`))
  if (part === undefined) throw new Error(`${file} is in no part of the map`)
  return part
}

function isAllowed({ from, target }: Import): boolean {
  const part = partOf(from)
  return [part, ...ALLOWED[part]!].some(
    (name) => target === name || target.startsWith(name.endsWith(':') ? name : `${name}/`),
  )
}

describe('architecture', () => {
  it('is looked at', () => {
    expect(files.length).toBeGreaterThan(40)
    expect(imports).toContainEqual({ from: 'src/cli/main.ts', target: 'src/cli/program.ts' })
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
