/**
 * The house of CONTRIBUTING.md, held: the wings and what they may import (scripts/floors.mjs), no circles, doors, sizes of folders, names, and the
 * rules of the house that no other tool checks.
 */
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

interface Import {
  from: string
  target: string
}

interface Wing {
  path: string
  uses: readonly string[]
  packages: readonly string[]
  doors?: readonly string[]
}

interface Survey {
  files: string[]
  imports: Import[]
  folders: { path: string; files: number }[]
  fileCircles: string[][]
  folderCircles: string[][]
  upwards: Import[]
}

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const script = async (name: string): Promise<unknown> =>
  await import(new URL(`../scripts/${name}`, import.meta.url).href)

const { importGraph, circlesIn } = (await script('import-graph.mjs')) as {
  importGraph: () => { files: string[]; imports: Import[] }
  circlesIn: (nodes: readonly string[], edges: readonly (readonly [string, string])[]) => string[][]
}
const { WINGS, FOLDERS, CATALOGUES } = (await script('floors.mjs')) as {
  WINGS: readonly Wing[]
  FOLDERS: readonly (readonly [string, string])[]
  CATALOGUES: readonly string[]
}
const { survey, mapLines, contributingWith } = (await script('architecture.mjs')) as {
  survey: (graph: { files: string[]; imports: Import[] }) => Survey
  mapLines: (graph: { files: string[]; imports: Import[] }) => string[]
  contributingWith: (text: string, lines: readonly string[]) => string
}

const graph = importGraph()
const { files, imports, folders, fileCircles, folderCircles, upwards } = survey(graph)

const MAX_FILES_IN_A_FOLDER = 15

/** Families whose files have the names of the same commands. */
const FAMILIES = /\/(smb1|smb2)\//

const texts = new Map(files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]))

function wingOf(file: string): Wing | undefined {
  return WINGS.find(({ path }) => file === path || file.startsWith(`${path}/`))
}

function mayImport({ from, target }: Import): boolean {
  const wing = wingOf(from)!
  const other = wingOf(target)
  if (other !== undefined) return other === wing || wing.uses.includes(other.path)
  return wing.packages.some((name) => isWithin(target, name, ':'))
}

/** `name` itself, or, where `name` ends in `mark`, anything that begins with it. */
function isWithin(target: string, name: string, mark: string): boolean {
  return target === name || (name.endsWith(mark) && target.startsWith(name))
}

function comesThroughADoor({ from, target }: Import): boolean {
  const other = wingOf(target)
  if (other === undefined || other === wingOf(from) || other.doors === undefined) return true
  const within = target.slice(other.path.length + 1)
  return other.doors.some((door) => isWithin(within, door, '/'))
}

/** Lines of code, each with where it is; comments are left out where the whole line is one. */
function codeLines(chosen: readonly string[]): string[] {
  return chosen.flatMap((file) =>
    texts
      .get(file)!
      .split('\n')
      .map((text, i) => `${file}:${i + 1} ${text.trim()}`)
      .filter((line) => !/^\S+ (\*|\/\/|\/\*)/.test(line)),
  )
}

function within(...paths: readonly string[]): string[] {
  return files.filter((file) => paths.some((path) => file.startsWith(`${path}/`)))
}

describe('the import graph', () => {
  it('is read from the sources', () => {
    expect(files.length).toBeGreaterThan(300)
    expect(imports).toContainEqual({ from: 'src/cli/main.ts', target: 'src/cli/program.ts' })
    expect(imports).toContainEqual({ from: 'src/cli/commands/open.ts', target: 'src/tui/terminal/open.tsx' })
  })

  it('finds circles of any length, and none where there is none', () => {
    const chain = [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'd'],
    ] as const
    expect(circlesIn(['a', 'b', 'c', 'd'], chain)).toEqual([])
    expect(circlesIn(['a', 'b', 'c', 'd'], [...chain, ['d', 'b']])).toEqual([['b', 'c', 'd']])
    expect(circlesIn(['a', 'b', 'c', 'd'], [...chain, ['b', 'a'], ['d', 'c']])).toEqual([
      ['c', 'd'],
      ['a', 'b'],
    ])
  })
})

describe('the table of wings', () => {
  it('lets no wing import one above it', () => {
    const pathsBefore = (i: number) => WINGS.slice(0, i).map(({ path }) => path)
    expect(WINGS.flatMap(({ uses }, i) => uses.filter((path) => !pathsBefore(i).includes(path)))).toEqual([])
  })

  it('permits nothing that is not needed', () => {
    for (const wing of WINGS) {
      const targets = imports.filter(({ from }) => wingOf(from) === wing).map(({ target }) => target)
      const unused = wing.uses.filter((path) => !targets.some((target) => wingOf(target)?.path === path))
      const unusedPackages = wing.packages.filter((name) => !targets.some((target) => isWithin(target, name, ':')))
      expect({ wing: wing.path, unused, unusedPackages }).toEqual({ wing: wing.path, unused: [], unusedPackages: [] })
    }
  })

  it('has no unused door', () => {
    const entered = imports.filter(({ from, target }) => wingOf(target) !== wingOf(from)).map(({ target }) => target)
    const doors = WINGS.flatMap(({ path, doors }) => (doors ?? []).map((door) => `${path}/${door}`))
    expect(doors.filter((door) => !entered.some((target) => isWithin(target, door, '/')))).toEqual([])
  })
})

describe('imports', () => {
  it('come from a wing of the table', () => {
    expect(files.filter((file) => wingOf(file) === undefined)).toEqual([])
  })

  it('go where the table says', () => {
    expect(imports.filter((each) => !mayImport(each))).toEqual([])
    expect(upwards).toEqual([])
  })

  it('enter a wing through its doors', () => {
    expect(imports.filter((each) => !comesThroughADoor(each))).toEqual([])
  })

  it('form no circle, of files or of folders, type imports included', () => {
    expect(fileCircles).toEqual([])
    expect(folderCircles).toEqual([])
  })

  it('name Node’s modules with node:', () => {
    expect(imports.filter(({ target }) => isBuiltin(target) && !target.startsWith('node:'))).toEqual([])
  })
})

describe('folders and names', () => {
  it('hold at most 15 files, but for catalogues', () => {
    const large = folders.filter(({ files: n }) => n > MAX_FILES_IN_A_FOLDER).map(({ path }) => path)
    expect(large.filter((path) => !CATALOGUES.includes(path))).toEqual([])
    expect(CATALOGUES.filter((path) => !folders.some((folder) => folder.path === path))).toEqual([])
  })

  it('use a file name once in a wing', () => {
    const seen = new Map<string, string>()
    const twice: string[] = []
    for (const file of files.filter((each) => !FAMILIES.test(each) && basename(each) !== 'index.ts')) {
      const key = `${wingOf(file)!.path} ${basename(file)}`
      const other = seen.get(key)
      if (other !== undefined) twice.push(`${other} and ${file}`)
      seen.set(key, file)
    }
    expect(twice).toEqual([])
  })

  it('use an exported name once in src/', () => {
    const owners = new Map<string, string[]>()
    const exported =
      /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|const|interface|type|enum) (\w+)/gm
    for (const file of files.filter((each) => each.startsWith('src/') && each !== 'src/index.ts')) {
      const names = new Set([...texts.get(file)!.matchAll(exported)].map((match) => match[1]!))
      for (const name of names) owners.set(name, [...(owners.get(name) ?? []), file])
    }
    expect([...owners].filter(([, where]) => where.length > 1)).toEqual([])
  })
})

describe('the map in CONTRIBUTING.md', () => {
  it('lists the folders that exist, each once', () => {
    const listed = FOLDERS.map(([path]) => path).filter((path) => !/\.ts$|^bin/.test(path))
    const wings = WINGS.map(({ path }) => path).filter((path) => !path.endsWith('.ts'))
    expect([...listed].sort()).toEqual(
      [...new Set([...folders.map(({ path }) => path), ...wings])].filter((path) => path !== 'src').sort(),
    )
  })

  it('shows the floors, the circles and the largest folders as they are (npm run docs:map writes it)', () => {
    const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8')
    expect(text).toBe(contributingWith(text, mapLines(graph)))
  })
})

describe('the rules of the house', () => {
  it('keep what makes the report free of clocks and chance: the same capture gives the same report', () => {
    const pure = within('dissectors', 'src/ledger', 'src/policy', 'src/track', 'src/audit', 'src/report')
    const impure = pure.filter((file) =>
      /\b(Date\.now|new Date\(\)|performance\.now|Math\.random|process\.)/.test(texts.get(file)!),
    )
    expect(impure).toEqual([])
  })

  it('keep protocols out of flow/: it follows connections of any content', () => {
    const flow = codeLines(within('src/track/flow'))
    expect(flow.length).toBeGreaterThan(500)
    expect(flow.filter((line) => /smb|nbss|netbios|ntlm|kerberos/i.test(line.slice(line.indexOf(' '))))).toEqual([])
    expect(flow.filter((line) => /\b(445|139|88|80)\b/.test(line.slice(line.indexOf(' '))))).toEqual([])
  })

  it('let no code read the sentences of rules: evidence names its field', () => {
    const readers = codeLines(within('src/inspect', 'src/view', 'src/rows', 'src/tui', 'src/evidence', 'src/report'))
    expect(
      readers.filter((line) =>
        /\.(test|exec)\([^)]*\bwhat\b|\bwhat\??\.(match|startsWith|includes|search|split)\(/.test(line),
      ),
    ).toEqual([])
  })

  it('allow no default export, and no any', () => {
    const broken = /\bexport default\b|(?::|\bas|<|,)\s*any\b(?=\s*[[\]>,;)=]|$)/
    expect(codeLines(files).filter((line) => broken.test(line))).toEqual([])
  })
})
