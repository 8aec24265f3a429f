// The imports of src/ and dissectors/, type imports included, as a graph of files. scripts/architecture.mjs prints it, test/architecture.test.ts holds it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** A specifier in `from '...'`, `import '...'` or `import('...')`. */
const SPECIFIER = /(?:\bfrom|\bimport|\bimport\()\s*'([^'\n]+)'/g

/**
 * Every source file, sorted, and what it imports: a path from the root of the project for the project's own files, else the specifier as written.
 * @returns {{ files: string[], imports: { from: string, target: string }[] }}
 */
export function importGraph(root = ROOT) {
  const files = [...sourcesIn(root, 'dissectors'), ...sourcesIn(root, 'src')].sort()
  return { files, imports: files.flatMap((file) => importsOf(root, file)) }
}

function sourcesIn(root, folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => `${folder}/${name.split(sep).join('/')}`)
}

function importsOf(root, from) {
  const text = readFileSync(join(root, from), 'utf8')
  return [...text.matchAll(SPECIFIER)].map(([, specifier]) => ({ from, target: targetOf(root, from, specifier) }))
}

function targetOf(root, from, specifier) {
  if (!specifier.startsWith('.')) return specifier
  const path = relative(root, join(root, dirname(from), specifier))
    .split(sep)
    .join('/')
  if (!existsSync(join(root, path))) throw new Error(`${from} imports ${specifier}, which does not exist`)
  return path
}

/**
 * The strongly connected components with more than one node, by Tarjan's algorithm: in an acyclic graph there is none.
 * @param {Iterable<string>} nodes
 * @param {Iterable<readonly [string, string]>} edges
 * @returns {string[][]}
 */
export function circlesIn(nodes, edges) {
  const next = new Map([...nodes].map((node) => [node, []]))
  for (const [from, to] of edges) if (from !== to && next.has(to)) next.get(from)?.push(to)
  const order = new Map()
  const low = new Map()
  const path = []
  const circles = []
  const visit = (node) => {
    order.set(node, order.size)
    low.set(node, order.get(node))
    path.push(node)
    for (const other of next.get(node)) {
      if (!order.has(other)) visit(other)
      if (path.includes(other)) low.set(node, Math.min(low.get(node), low.get(other)))
    }
    if (low.get(node) !== order.get(node)) return
    const circle = path.splice(path.indexOf(node))
    if (circle.length > 1) circles.push(circle.sort())
  }
  for (const node of next.keys()) if (!order.has(node)) visit(node)
  return circles
}

/** @param {string} file */
export function folderOf(file) {
  return posix.dirname(file)
}
