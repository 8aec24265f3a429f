// usage: npm run fuzz -- --help
//
// Node 20 does not run TypeScript: main.ts is bundled, and makes its workers the same way.
import { mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const source = new URL('main.ts', import.meta.url)
const folder = fileURLToPath(new URL(`../../node_modules/.cache/smblens-fuzz-main-${process.pid}`, import.meta.url))

mkdirSync(folder, { recursive: true })
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const outfile = `${folder}/main.mjs`
await build({
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
  entryPoints: [fileURLToPath(source)],
  outfile,
  define: { 'import.meta.url': JSON.stringify(source.href) },
})
const { main } = await import(pathToFileURL(outfile).href)
process.exitCode = await main(process.argv.slice(2))
