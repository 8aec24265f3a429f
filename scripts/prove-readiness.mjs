// Predicts with `smblens readiness` what each control would break for real clients, enforces the controls, and compares: npm run prove-readiness.
// The program is test/lab/main.ts, bundled into a file of its own: it starts itself again in namespaces, where Node must be able to read it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'smblens-lab-'))
const remove = () => rmSync(folder, { recursive: true, force: true })
process.on('exit', remove)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130))

const self = join(folder, 'lab.mjs')
await build({
  stdin: {
    contents: `
      import { main } from './main.ts'
      export { main }
      const { argv, env } = process
      if (import.meta.filename === argv[1]) await main(argv[1], '', argv.slice(2))`,
    resolveDir: join(root, 'test/lab'),
    loader: 'ts',
  },
  outfile: self,
  bundle: true,
  format: 'esm',
  platform: 'node',
  define: { 'import.meta.dirname': JSON.stringify(join(root, 'test/lab/estate')) },
})
const { main } = await import(pathToFileURL(self).href)
process.exitCode = await main(self, root, process.argv.slice(2))
