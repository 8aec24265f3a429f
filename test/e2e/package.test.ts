/** The published package works after installation. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { environment, ROOT } from '../support/smblens.ts'

const folder = mkdtempSync(join(tmpdir(), 'smblens-package-'))
const installed = join(folder, 'node_modules/smblens')
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

/** Installed from npm's tarball in npm's layout. The dependencies are those of the repository, so that no network is needed. */
beforeAll(() => {
  // Without scripts: the build exists, and building again would remove it for a while, which breaks other tests.
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  const [{ filename }] = JSON.parse(packed)
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', folder])
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
  cpSync(join(folder, 'package'), installed, { recursive: true })
  for (const name of Object.keys(manifest.dependencies))
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
  symlinkSync('../smblens/bin/smblens', join(folder, 'node_modules/.bin/smblens'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function installedRun(args: string[]) {
  return spawnSync(join(folder, 'node_modules/.bin/smblens'), args, {
    cwd: folder,
    env: environment(),
    encoding: 'utf8',
  })
}

describe('the package', () => {
  it('runs where it is installed, through npm’s link', () => {
    expect(installedRun(['--version']).stdout).toBe(`${manifest.version}\n`)
    const { status, stdout, stderr } = installedRun([join(installed, 'captures/guest-silent-mapping.pcap')])
    expect(stdout).toMatch(/^At risk\. /)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  it('is a library with types', { tags: 'long' }, () => {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(
      join(folder, 'use.ts'),
      `import { audit, createNetworks, defaultPolicy, type Finding, readCapture, Tracker } from 'smblens'
const tracker = new Tracker('a.pcap')
const summary = await readCapture(process.argv[2]!, tracker)
const findings: Finding[] = audit(tracker.finish(summary), { policy: defaultPolicy(createNetworks()) })
console.log(findings.map((finding) => finding.rule).join(' '))
// @ts-expect-error: the types are real
export const wrong: number = findings
`,
    )
    symlinkSync(join(ROOT, 'node_modules/@types'), join(folder, 'node_modules/@types'))
    const tsc = spawnSync(
      process.execPath,
      [
        join(ROOT, 'node_modules/typescript/bin/tsc'),
        '--strict',
        '--module',
        'nodenext',
        '--target',
        'es2022',
        '--types',
        'node',
        'use.ts',
      ],
      { cwd: folder, encoding: 'utf8' },
    )
    expect(tsc.stdout).toBe('')
    const use = spawnSync(process.execPath, ['use.js', 'node_modules/smblens/captures/guest-silent-mapping.pcap'], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(use.stderr).toBe('')
    expect(use.stdout).toBe('guest-session signing-not-required\n')
  })

  it('exports its schema', () => {
    const script = `console.log(require('smblens/records.schema.json').$id)`
    const { stdout } = spawnSync(process.execPath, ['-e', script], { cwd: folder, encoding: 'utf8' })
    expect(stdout).toBe('urn:smblens:records:1\n')
  })

  it('has the notices of every package whose code is bundled', () => {
    const notices = readFileSync(join(installed, 'dist/THIRD-PARTY-NOTICES'), 'utf8')
    const bundles = readdirSync(join(installed, 'dist')).filter((name) => /\.(c|m)?js$/.test(name))
    // esbuild writes the origin of each file above it.
    const folders = bundles.flatMap((name) => {
      const lines = readFileSync(join(installed, 'dist', name), 'utf8').split('\n')
      return lines.flatMap(
        (line) => /^\s*\/\/ ((?:\S*\/)?node_modules\/(?:@[^/\s]+\/)?[^/\s]+)\//.exec(line)?.[1] ?? [],
      )
    })
    const packages = [...new Set(folders)].map((path) =>
      JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8')),
    )
    expect(packages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['ink', 'react', 'yoga-layout', 'ipaddr.js']),
    )
    expect(packages.length).toBeGreaterThan(30)
    const parts = notices.split(/^-{80}\n/m).slice(1)
    for (const { name, version } of packages) {
      const part = parts.find((text) => text.startsWith(`${name} ${version}\n`))
      expect(part, name).toMatch(/copyright/i)
      expect(part, name).toMatch(/Permission (is hereby granted, free of charge|to use, copy, modify)/)
      expect(notices.slice(0, notices.indexOf('-'.repeat(80)))).toContain(`  ${name} ${version}  `)
    }
    expect(parts).toHaveLength(packages.length)
  })

  it('passes publint', async () => {
    const { messages } = await publint({ pkgDir: installed, strict: true, pack: false })
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([])
  })

  it('says what to do if it is not built', () => {
    const bare = join(folder, 'bare')
    mkdirSync(bare)
    cpSync(join(ROOT, 'bin'), join(bare, 'bin'), { recursive: true })
    cpSync(join(ROOT, 'package.json'), join(bare, 'package.json'))
    const { status, stderr } = spawnSync(join(bare, 'bin/smblens'), ['a.pcap'], { encoding: 'utf8' })
    expect(stderr).toMatch(/npm ci && npm run build/)
    expect(status).toBe(2)
  })

  it('depends on exact versions only', () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(`${name} ${version}`).toMatch(/^\S+ \d+\.\d+\.\d+(-[\w.]+)?$/)
    }
  })
})
