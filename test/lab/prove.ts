/** The proof: the estate is run in namespaces of its own, and what `smblens readiness` predicts is compared with what happened. */
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { ReadinessRecord } from '../../src/report/records/readiness.ts'
import { type Comparison, compare } from './comparison.ts'
import { hasProgram } from './estate/run.ts'
import { runEstate } from './estate/run-estate.ts'
import type { Outcomes } from './outcomes.ts'

const PROGRAMS = [
  ...['unshare', 'ip', 'ss', 'nft', 'ethtool', 'sysctl', 'tcpdump'],
  ...['smbd', 'smbpasswd', 'smbclient', 'krb5kdc', 'kdb5_util', 'kadmin.local'],
]

/** Why the proof cannot be made here; null where it can. */
export function whyNoProof(): string | null {
  if (process.platform !== 'linux') return 'needs Linux'
  if (process.getuid?.() !== 0) return 'needs root'
  const missing = PROGRAMS.filter((name) => !hasProgram(name))
  if (missing.length > 0) return `needs ${missing.join(', ')}`
  const { status } = spawnSync('unshare', [...NAMESPACES, 'sh', '-c', 'ip link add type veth && nft list ruleset'])
  return status === 0 ? null : 'needs the right to make namespaces'
}

/** Processes end with them, and so does every host name, mount and network device. */
const NAMESPACES = ['--net', '--mount', '--uts', '--ipc', '--pid', '--fork', '--kill-child', '--mount-proc']

export interface ProofOptions {
  /** The folder of the repository. */
  root: string
  /** Path of the program that calls this, in a folder of its own for temporary files. */
  self: string
  jobs: number
  /** A folder for the capture of the permissive servers and the outcomes: estate.pcap.gz, outcomes.json. */
  save: string | null
  onProgress(line: string): void
}

export interface Proof {
  outcomes: Outcomes
  comparison: Comparison
}

export async function prove({ root, self, jobs, save, onProgress }: ProofOptions): Promise<Proof> {
  const folder = mkdtempSync(join(dirname(self), 'proof-'))
  try {
    const files = { capture: join(folder, 'estate.pcap'), outcomes: join(folder, 'outcomes.json') }
    await inNamespaces([process.execPath, self, INSIDE, files.capture, files.outcomes, String(jobs)], onProgress)
    const outcomes: Outcomes = JSON.parse(readFileSync(files.outcomes, 'utf8'))
    if (save !== null) {
      mkdirSync(save, { recursive: true })
      writeFileSync(join(save, 'estate.pcap.gz'), gzipSync(readFileSync(files.capture), { level: 9 }))
      writeFileSync(join(save, 'outcomes.json'), `${JSON.stringify(outcomes, null, 2)}\n`)
    }
    return { outcomes, comparison: compare(outcomes, readinessOf(root, files.capture)) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The readiness records of `smblens readiness`, run as a user runs it. @param root the folder of the repository */
export function readinessOf(root: string, capture: string): ReadinessRecord[] {
  const command = [join(root, 'bin/smblens'), 'readiness', '-f', 'ndjson', capture]
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(`smblens readiness ended with status ${status}: ${stderr}`)
  const lines = stdout.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'readiness')
}

const INSIDE = '--inside-namespaces'

/** What runs in the namespaces. @returns false where the arguments do not ask for it */
export async function runInside([first, capture, outcomes, jobs]: readonly string[]): Promise<boolean> {
  if (first !== INSIDE) return false
  // The process that started this one holds the other end: if it is killed, this one ends, and all in its namespaces with it.
  process.stdin.on('end', () => process.exit(1)).resume()
  const work = '/run/estate.pcap'
  const result = await runEstate({ capture: work, jobs: Number(jobs), onProgress: (line) => console.log(line) })
  copyFileSync(work, capture!)
  writeFileSync(outcomes!, JSON.stringify(result))
  process.exit(0)
}

function inNamespaces(command: readonly string[], onProgress: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('unshare', [...NAMESPACES, ...command], { stdio: ['pipe', 'pipe', 'pipe'] })
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => onProgress(text.trimEnd()))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text
    })
    child.once('error', reject)
    child.once('close', (status) => (status === 0 ? resolve() : reject(new Error(`the estate failed: ${errors}`))))
  })
}
