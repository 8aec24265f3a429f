// Builds src/ and dissectors/ to dist/: cli.cjs for bin/smblens, index.js for programs that import the library, its types in types/, and the licences
// of the bundled packages.
//
// The files are bundled, because sixty small modules take longer to load than a small capture takes to scan. The command is CommonJS, because Node has
// that loader running at the start: this saves a tenth of a small scan. Code that a command does not need is not evaluated.
// The terminal UI is a file of its own: Ink exists only as modules, and loads faster as one file than as its hundred files.
// Other packages are not bundled. The old dist/ stays in place until the new one is complete.
import { spawnSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { thirdPartyNotices } from './third-party-notices.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = `${root}/dist`
const next = `${root}/node_modules/.cache/smblens-${process.pid}`

mkdirSync(next, { recursive: true })
process.on('exit', () => rmSync(next, { recursive: true, force: true }))

const common = {
  absWorkingDir: root,
  metafile: true,
  bundle: true,
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
}
/**
 * Parts of Ink that are left out: React's developer tools, which only development needs but a bundle always has to find, and code that writes to
 * standard error at exit to show the cursor, even if that is a file (src/tui/terminal/alternate-screen.ts shows it).
 */
const leftOut = {
  name: 'left-out',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(react-devtools-core|restore-cursor)$/ }, ({ path }) => ({ path, namespace: 'left-out' }))
    onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'export default function nothing() {}' }))
  },
}
/** CommonJS has another name for the file's folder. */
const besideIt = { 'import.meta.dirname': '__dirname' }
/** The command imports the terminal UI from its own file, and only when it is needed. */
const tuiApart = {
  name: 'tui-apart',
  setup({ onResolve }) {
    onResolve({ filter: /\/tui\/terminal\/open\.tsx$/ }, () => ({ path: './tui.mjs', external: true }))
  },
}
const cli = await build({
  ...common,
  entryPoints: [`${root}/src/cli/main.ts`],
  outfile: `${next}/cli.cjs`,
  format: 'cjs',
  define: besideIt,
  plugins: [tuiApart],
})
const tui = await build({
  ...common,
  entryPoints: [`${root}/src/tui/terminal/open.tsx`],
  outfile: `${next}/tui.mjs`,
  format: 'esm',
  packages: 'bundle',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
  // Packages in it are CommonJS in part, and ask for require.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  plugins: [leftOut],
})
// Programs that the command starts. They have privileges, and so contain as little code as possible. They find each other in dist/.
// Like bin/smblens, they first handle the signal at which Node would open its inspector.
const helpers = []
for (const [source, name] of [
  ['launcher/launcher-main', 'capture-launcher'],
  ['programs/cap-helper', 'capture-cap'],
]) {
  const helper = await build({
    ...common,
    entryPoints: [`${root}/src/capture/live/${source}.ts`],
    outfile: `${next}/${name}.cjs`,
    format: 'cjs',
    define: besideIt,
    banner: { js: "process.on('SIGUSR1', () => {});" },
  })
  helpers.push(helper)
}
const library = await build({
  ...common,
  entryPoints: [`${root}/src/index.ts`],
  outfile: `${next}/index.js`,
  format: 'esm',
})
const metafiles = [cli, tui, library, ...helpers].map(({ metafile }) => metafile)
writeFileSync(`${next}/THIRD-PARTY-NOTICES`, thirdPartyNotices(metafiles, root))

const tsc = spawnSync(
  process.execPath,
  [`${root}/node_modules/typescript/bin/tsc`, '-p', `${root}/tsconfig.build.json`, '--outDir', `${next}/types`],
  { stdio: 'inherit' },
)
if (tsc.status !== 0) process.exit(tsc.status ?? 1)

rmSync(dist, { recursive: true, force: true })
renameSync(next, dist)
