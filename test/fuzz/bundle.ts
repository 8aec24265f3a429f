/** Bundles TypeScript to JavaScript for this Node, in a folder that is deleted when the process ends. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

export interface Bundle {
  /** Paths of the bundles. */
  worker: string
  engine: string
}

/** `worker` is the path of the worker's source. Below node_modules, where packages are found. */
export async function bundle(worker: string): Promise<Bundle> {
  const here = fileURLToPath(new URL('.', import.meta.url))
  const folder = fileURLToPath(
    new URL(`../../node_modules/.cache/smblens-fuzz-${process.pid}-${count++}`, import.meta.url),
  )
  mkdirSync(folder, { recursive: true })
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  await build({
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
    outExtension: { '.js': '.mjs' },
    outdir: folder,
    entryPoints: { worker, engine: join(here, 'engine.ts') },
    // Files that are found beside a source: sources of the worker are all as deep as this folder's.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(here, 'worker.ts')).href) },
  })
  return { worker: join(folder, 'worker.mjs'), engine: pathToFileURL(join(folder, 'engine.mjs')).href }
}

let count = 0
