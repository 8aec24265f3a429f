// src/ and dissectors/ to dist/: cli.js, index.js and the chunks that they share, and the library's typings in types/.
//
// One bundle a command starts in about half of the time that sixty modules take (bench/start.md); packages stay packages.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = `${root}/dist`

rmSync(dist, { recursive: true, force: true })

await build({
  entryPoints: { cli: `${root}/src/cli/main.ts`, index: `${root}/src/index.ts` },
  outdir: dist,
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
})

const tsc = spawnSync(
  process.execPath,
  [`${root}/node_modules/typescript/bin/tsc`, '-p', `${root}/tsconfig.build.json`, '--outDir', `${dist}/types`],
  { stdio: 'inherit' },
)
process.exit(tsc.status ?? 1)
