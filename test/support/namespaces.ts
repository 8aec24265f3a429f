/**
 * Two hosts with a cable between them, a Samba server on one and smbclient on the other: network namespaces, so that nothing reaches the machine's own
 * network. The test that makes a world removes it. What a killed test run left behind is removed when the next world is made.
 */
import { type ChildProcess, execFile, type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environment, hasProgram, type Outcome } from './smblens.ts'

export interface Host {
  /** The name of its network namespace: `ip netns exec NAME`. */
  name: string
  /** Its end of the cable. */
  device: string
  address: string
  /** Runs a program there to its end. */
  run(command: string, args: readonly string[]): Promise<Outcome>
  /** Starts one there; it is killed with the world at the latest. */
  spawn(command: string, args: readonly string[], options?: SpawnOptions): ChildProcess
}

export interface World {
  client: Host
  server: Host
  /** A folder for files, which is removed with the world, and one in it where every user may write, also the one that root becomes. */
  folder: string
  shared: string
  /** Kills all processes in it first. Does nothing the second time. */
  remove(): void
}

/** The worlds that exist: if a test fails before it removes its own, that happens at the end of the process. */
const worlds = new Set<World>()
process.on('exit', () => {
  for (const world of worlds) world.remove()
})

/** Why no world can be made here, for the name of a skipped test; null where one can. */
export function whyNoWorld(programs: readonly string[] = ['smbd', 'smbpasswd', 'smbclient']): string | null {
  if (process.platform !== 'linux') return 'needs Linux'
  if (process.getuid?.() !== 0) return 'needs root'
  const missing = ['ip', 'unshare', ...programs].filter((name) => !hasProgram(name))
  if (missing.length > 0) return `needs ${missing.join(', ')}`
  const { status } = spawnSync('unshare', ['--net', '--mount', 'ip', 'link', 'add', 'type', 'veth'])
  return status === 0 ? null : 'needs the right to make network namespaces'
}

export interface WorldOptions {
  /** Of both ends of the cable. */
  mtu?: number
}

let made = 0

export function makeWorld({ mtu = 1500 }: WorldOptions = {}): World {
  removeLeftovers()
  const prefix = `smbl-t${process.pid}-${++made}`
  const folder = mkdtempSync(join(tmpdir(), `${prefix}-`))
  chmodSync(folder, 0o755)
  const shared = join(folder, 'shared')
  mkdirSync(shared)
  chmodSync(shared, 0o777)
  const client = host(`${prefix}-client`, '10.77.0.1')
  const server = host(`${prefix}-server`, '10.77.0.2')
  const world: World = {
    client,
    server,
    folder,
    shared,
    remove() {
      if (!worlds.delete(world)) return
      for (const { name } of [client, server]) removeNamespace(name)
      rmSync(folder, { recursive: true, force: true })
    },
  }
  worlds.add(world)
  try {
    for (const { name } of [client, server]) ip('netns', 'add', name)
    // One end of the cable disappears with its namespace, and so does the other.
    ip('-n', client.name, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', server.name)
    for (const { name, address } of [client, server]) {
      // Frames as on a wire: with checksums, and none longer than the cable takes.
      if (hasProgram('ethtool')) {
        const off = ['tx', 'off', 'tso', 'off', 'gso', 'off', 'gro', 'off']
        must('ip', 'netns', 'exec', name, 'ethtool', '-K', 'eth0', ...off)
      }
      ip('-n', name, 'address', 'add', `${address}/24`, 'dev', 'eth0')
      ip('-n', name, 'link', 'set', 'eth0', 'mtu', String(mtu), 'up')
      ip('-n', name, 'link', 'set', 'lo', 'up')
    }
    return world
  } catch (error) {
    world.remove()
    throw error
  }
}

function host(name: string, address: string): Host {
  const inside = (command: string, args: readonly string[]) => ['netns', 'exec', name, command, ...args]
  return {
    name,
    device: 'eth0',
    address,
    run: (command, args) =>
      new Promise((resolve) => {
        const options = { encoding: 'utf8', env: environment(), maxBuffer: 1 << 28 } as const
        const child = execFile('ip', inside(command, args), options, (_, stdout, stderr) =>
          resolve({ status: child.exitCode, stdout, stderr }),
        )
        child.stdin?.end()
      }),
    spawn: (command, args, options = {}) => spawn('ip', inside(command, args), { env: environment(), ...options }),
  }
}

// --- Samba

const PASSWORD = 'open-Sesame-1'

export interface Samba {
  stop(): Promise<void>
}

/**
 * A server on world.server that accepts all of TRAFFIC: the shares are "files" for alice and "public" for everybody, unknown users become guests, and
 * SMB1 is enabled. `lines` go to its [global] section. Resolves when it listens.
 */
export async function startSamba({ server, folder }: World, lines: readonly string[] = []): Promise<Samba> {
  const at = mkdtempSync(join(folder, 'samba-'))
  chmodSync(at, 0o755)
  const make = (name: string, mode: number) => {
    mkdirSync(join(at, name))
    chmodSync(join(at, name), mode)
    return join(at, name)
  }
  for (const name of ['private', 'lock', 'state', 'cache', 'pid', 'ncalrpc', 'log']) make(name, 0o755)
  const files = make('files', 0o755)
  const shared = make('public', 0o777)
  chownSync(files, ALICE, PEOPLE)
  writeFileSync(join(files, 'report.txt'), 'a line of a file that nobody needs\n'.repeat(200))
  writeFileSync(join(shared, 'notice.txt'), 'for everybody\n')
  const file = (name: string, text: string) => {
    writeFileSync(join(at, name), text)
    return join(at, name)
  }
  file(
    'passwd',
    `root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\nalice:x:${ALICE}:${PEOPLE}::/:/bin/false\n`,
  )
  file('group', `root:x:0:\nnogroup:x:65534:\npeople:x:${PEOPLE}:\n`)
  const conf = file(
    'smb.conf',
    [
      '[global]',
      'netbios name = FILESRV',
      'workgroup = EXAMPLE',
      'server role = standalone server',
      'server min protocol = NT1',
      'map to guest = bad user',
      'guest account = nobody',
      'passdb backend = tdbsam',
      'load printers = no',
      'printing = bsd',
      'disable spoolss = yes',
      'disable netbios = yes',
      'smb ports = 445',
      `private dir = ${at}/private`,
      `lock directory = ${at}/lock`,
      `state directory = ${at}/state`,
      `cache directory = ${at}/cache`,
      `pid directory = ${at}/pid`,
      `ncalrpc dir = ${at}/ncalrpc`,
      `log file = ${at}/log/smbd`,
      ...lines,
      '[files]',
      `path = ${files}`,
      'read only = no',
      '[public]',
      `path = ${shared}`,
      'read only = no',
      'guest ok = yes',
      '',
    ].join('\n'),
  )
  // Mounts made in "ip netns exec" end with it: only this server sees the accounts.
  const script = file(
    'start',
    `set -e
mount --bind ${at}/passwd /etc/passwd
mount --bind ${at}/group /etc/group
mount -t tmpfs tmpfs /run
printf '%s\\n' '${PASSWORD}' '${PASSWORD}' | smbpasswd -c ${conf} -s -a alice >${at}/log/smbpasswd 2>&1
exec smbd --foreground --configfile=${conf} --log-basename=${at}/log
`,
  )
  const child = server.spawn('bash', [script], { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await waitFor('Samba to listen', async () => {
    if (child.exitCode !== null) throw new Error(`smbd ended with status ${child.exitCode}`)
    return (await server.run('ss', ['-H', '-l', '-t', '-n', 'sport = :445'])).stdout !== ''
  })
  return {
    stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}

const ALICE = 2001
const PEOPLE = 2000

/** What a client can be made to do: arguments of smbclient. */
export const TRAFFIC = {
  signed: ['//10.77.0.2/files', '-U', `alice%${PASSWORD}`, '--client-protection=sign'],
  encrypted: ['//10.77.0.2/files', '-U', `alice%${PASSWORD}`, '--client-protection=encrypt'],
  guest: ['//10.77.0.2/public', '-U', 'carol%whatever'],
  smb1: ['//10.77.0.2/files', '-U', `alice%${PASSWORD}`, '-m', 'NT1', '--option=client min protocol=NT1'],
} as const
export type Traffic = keyof typeof TRAFFIC

/** One session: logs on, lists the share, reads what is in it, logs off. Rejects where the server refuses any of it. */
export async function runTraffic({ client, folder }: World, kind: Traffic): Promise<void> {
  const conf = join(folder, 'client.conf')
  const own = join(folder, 'client')
  mkdirSync(own, { recursive: true })
  const places = ['private dir', 'lock directory', 'state directory', 'cache directory'].map(
    (what) => `${what} = ${own}`,
  )
  writeFileSync(conf, ['[global]', 'netbios name = DESK1', 'workgroup = EXAMPLE', ...places, ''].join('\n'))
  const file = kind === 'guest' ? 'notice.txt' : 'report.txt'
  const { status, stdout, stderr } = await client.run('smbclient', [
    ...TRAFFIC[kind],
    '-s',
    conf,
    '-c',
    `dir; get ${file} /dev/null`,
  ])
  if (status !== 0) throw new Error(`smbclient ended with status ${status}: ${stdout}${stderr}`)
}

// --- helpers

/** Polls until `condition` holds. Gives up after a minute, so that a test does not hang. */
export async function waitFor(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`gave up waiting for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Namespaces of test runs that have ended. */
function removeLeftovers(): void {
  for (const line of ip('netns', 'list').split('\n')) {
    const name = line.split(' ')[0]!
    const pid = /^smbl-t(\d+)-\d+-(client|server)$/.exec(name)?.[1]
    if (pid !== undefined && !isRunning(Number(pid))) removeNamespace(name)
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function removeNamespace(name: string): void {
  const { status, stdout } = spawnSync('ip', ['netns', 'pids', name], { encoding: 'utf8' })
  if (status !== 0) return
  for (const pid of stdout.split('\n').filter((line) => line !== '')) {
    try {
      process.kill(Number(pid), 'SIGKILL')
    } catch {
      // It has ended in the meantime.
    }
  }
  spawnSync('ip', ['netns', 'delete', name])
}

function ip(...args: readonly string[]): string {
  return must('ip', ...args)
}

function must(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr.trim()}`)
  return stdout
}
