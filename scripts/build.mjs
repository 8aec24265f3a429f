// src/ and dissectors/ to dist/: cli.cjs for bin/smblens, index.js for programs that import the library, with its typings in types/.
//
// Bundled, because sixty small modules take longer to load than a small capture to scan. The command is CommonJS, because Node has that loader
// running when it starts and the other one not: a tenth of the time of a small scan. What a command does not need stays unevaluated in the file.
// Packages stay packages. The old dist/ stays in place until the new one is whole.
import { spawnSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = `${root}/dist`
const next = `${root}/node_modules/.cache/smblens-${process.pid}`

mkdirSync(next, { recursive: true })
process.on('exit', () => rmSync(next, { recursive: true, force: true }))

const common = { bundle: true, platform: 'node', target: 'node20', packages: 'external', logLevel: 'warning' }
await build({ ...common, entryPoints: [`${root}/src/cli/main.ts`], outfile: `${next}/cli.cjs`, format: 'cjs' })
await build({ ...common, entryPoints: [`${root}/src/index.ts`], outfile: `${next}/index.js`, format: 'esm' })

const tsc = spawnSync(
  process.execPath,
  [`${root}/node_modules/typescript/bin/tsc`, '-p', `${root}/tsconfig.build.json`, '--outDir', `${next}/types`],
  { stdio: 'inherit' },
)
if (tsc.status !== 0) process.exit(tsc.status ?? 1)

rmSync(dist, { recursive: true, force: true })
renameSync(next, dist)
