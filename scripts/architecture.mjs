// Prints what the house looks like: the floors with what each wing imports, circles of files and of folders, imports that point upwards, the largest
// folders and files. With --map it writes the map in CONTRIBUTING.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CATALOGUES, FOLDERS, WINGS } from './floors.mjs'
import { circlesIn, folderOf, importGraph, ROOT } from './import-graph.mjs'

const BEGIN = '<!-- map: npm run docs:map -->'
const END = '<!-- end of the map -->'

/** The wing that a file belongs to; undefined for packages. */
export function wingOf(file) {
  return WINGS.find(({ path }) => file === path || file.startsWith(`${path}/`))
}

/**
 * Everything that the test and the printed page say about the imports.
 * @param {{ files: string[], imports: { from: string, target: string }[] }} graph
 */
export function survey({ files, imports }) {
  const own = imports.filter(({ target }) => wingOf(target) !== undefined)
  const folders = [...new Set(files.map(folderOf))].sort()
  return {
    files,
    imports,
    folders: folders.map((path) => ({ path, files: files.filter((file) => folderOf(file) === path).length })),
    fileCircles: circlesIn(
      files,
      own.map(({ from, target }) => [from, target]),
    ),
    folderCircles: circlesIn(
      folders,
      own.map(({ from, target }) => [folderOf(from), folderOf(target)]),
    ),
    upwards: own.filter(({ from, target }) => WINGS.indexOf(wingOf(target)) > WINGS.indexOf(wingOf(from))),
    floors: floorsOf(own),
  }
}

/** A wing stands one floor above the highest that it imports. */
function floorsOf(imports) {
  const floors = []
  const floor = new Map()
  for (const { path } of WINGS) {
    const below = imports.filter(({ from, target }) => wingOf(from).path === path && wingOf(target).path !== path)
    const height = Math.max(-1, ...below.map(({ target }) => floor.get(wingOf(target).path) ?? -1)) + 1
    floor.set(path, height)
    floors[height] = [...(floors[height] ?? []), path]
  }
  return floors
}

/** The lines that stand in CONTRIBUTING.md between the two marks. */
export function mapLines(graph) {
  const { floors, fileCircles, folderCircles, upwards, folders } = survey(graph)
  const lines = FOLDERS.map(([path, about]) => `${mapName(path).padEnd(24)} ${about}`)
  const house = floors.map((wings, i) => `${String(i).padStart(2)}  ${wings.join('  ')}`).reverse()
  return [
    '```',
    ...lines,
    '```',
    '',
    'The floors, highest first. A wing imports only wings on lower floors:',
    '',
    '```',
    ...house,
    '```',
    '',
    `Circles of files: ${fileCircles.length}. Circles of folders: ${folderCircles.length}. Imports that point upwards: ${upwards.length}.`,
    `Folders with more than 15 files: ${largest(folders)}.`,
  ]
}

/** A wing by its path, or one of its folders by its name, indented. */
function mapName(path) {
  const wing = wingOf(path)?.path ?? path
  if (path === wing) return /\.ts$|^bin/.test(path) ? path : `${path}/`
  const inside = path.slice(wing.length + 1).split('/')
  return `${'  '.repeat(inside.length)}${inside.at(-1)}/`
}

function largest(folders) {
  const large = folders.filter(({ files }) => files > 15).map(({ path }) => path)
  return large.length === 0 ? 'none' : `${large.map((path) => `\`${path}\``).join(', ')} (catalogues)`
}

export function contributingWith(text, lines) {
  const begin = text.indexOf(BEGIN)
  const end = text.indexOf(END)
  if (begin < 0 || end < 0) throw new Error(`CONTRIBUTING.md has no ${BEGIN} ... ${END}`)
  return `${text.slice(0, begin)}${BEGIN}\n${lines.join('\n')}\n${text.slice(end)}`
}

/** The page that `npm run architecture` prints. */
function pageLines(graph) {
  const { floors, fileCircles, folderCircles, upwards, folders } = survey(graph)
  const lines = ['Floors, highest first; behind each wing what it imports:']
  for (const [i, wings] of [...floors.entries()].reverse()) {
    for (const path of wings) lines.push(`${String(i).padStart(3)}  ${path.padEnd(14)} ${importedBy(path, graph)}`)
  }
  lines.push('', `Circles of files: ${fileCircles.length}`, ...fileCircles.map((circle) => `  ${circle.join(' ')}`))
  lines.push(`Circles of folders: ${folderCircles.length}`, ...folderCircles.map((circle) => `  ${circle.join(' ')}`))
  lines.push(`Imports that point upwards: ${upwards.length}`)
  lines.push(...upwards.map(({ from, target }) => `  ${from} -> ${target}`))
  lines.push('', `${graph.files.length} files in ${folders.length} folders. The largest folders:`)
  const bySize = [...folders].sort((a, b) => b.files - a.files || (a.path < b.path ? -1 : 1))
  lines.push(...bySize.slice(0, 10).map(({ path, files }) => `${String(files).padStart(5)}  ${path}${noteOf(path)}`))
  lines.push('', 'The longest files:')
  const byLength = graph.files.map((file) => ({ file, lines: lineCount(file) })).sort((a, b) => b.lines - a.lines)
  lines.push(...byLength.slice(0, 10).map(({ file, lines: n }) => `${String(n).padStart(5)}  ${file}`))
  return lines
}

function importedBy(path, { imports }) {
  const wings = new Set(
    imports.filter(({ from }) => wingOf(from)?.path === path).map(({ target }) => wingOf(target)?.path),
  )
  const names = WINGS.map((wing) => wing.path).filter((name) => name !== path && wings.has(name))
  return names.length === 0 ? '-' : names.map((name) => name.replace('src/', '')).join(' ')
}

function noteOf(path) {
  return CATALOGUES.includes(path) ? '  (catalogue)' : ''
}

function lineCount(file) {
  return readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1
}

function main(args) {
  const graph = importGraph()
  if (!args.includes('--map')) {
    console.log(pageLines(graph).join('\n'))
    return
  }
  const path = join(ROOT, 'CONTRIBUTING.md')
  writeFileSync(path, contributingWith(readFileSync(path, 'utf8'), mapLines(graph)))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2))
