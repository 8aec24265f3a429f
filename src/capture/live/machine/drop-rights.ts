/** No process that parses packets holds rights: every process that was started with those of root drops them for good before it reads a packet. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { escapeText } from '../../../base/safe-text.ts'
import { CaptureStartError } from '../../start-error.ts'
import { programEnvironment } from './environment.ts'
import { findProgram } from './find-program.ts'

interface Account {
  uid: number
  gid: number
  /** For messages. */
  name: string
}

/**
 * If it was started as root, this process becomes `user`, else the user who called sudo, else the user nobody. It keeps the account's own group and
 * no other: groups such as docker or wireshark are rights too. Processes of other users stay as they are.
 * @throws CaptureStartError `no-rights` if any right of root is left, or if a process of another user holds capabilities
 */
export function dropRights(user: string | null): void {
  const { getuid, setgroups, setgid, setuid } = process
  if (getuid === undefined) return
  if (getuid() !== 0) {
    refuseCapabilities()
    if (user !== null && idOf(user, '-u') !== getuid())
      throw refused(`only root can become "${escapeText(user)}": leave --user out, or start with sudo`)
    return
  }
  const account = accountFor(user, process.env)
  try {
    setgroups!([account.gid])
    setgid!(account.gid)
    setuid!(account.uid)
  } catch (error) {
    throw refused(`root cannot become ${account.name}: ${words(error)}`)
  }
  verify(account)
}

/** Exported for tests. */
export function accountFor(user: string | null, env: NodeJS.ProcessEnv): Account {
  if (user !== null) return named(user, '--user')
  const uid = Number(env['SUDO_UID'])
  const gid = Number(env['SUDO_GID'])
  // Root may have called sudo: that is not an account to change to.
  if (isId(uid) && isId(gid)) return { uid, gid, name: `user id ${uid}` }
  return named('nobody', 'name an account with --user:')
}

function named(name: string, option: string): Account {
  const uid = idOf(name, '-u')
  const gid = idOf(name, '-g')
  if (uid === null || gid === null) throw refused(`${option} there is no account "${escapeText(name)}"`)
  if (!isId(uid) || !isId(gid))
    throw refused(
      `${option} "${escapeText(name)}" has root's rights: packets must be parsed without them, so name another account`,
    )
  return { uid, gid, name }
}

/**
 * The id of an account: from /etc/passwd, or from the system's other sources, which the program `id` queries. A name that looks like an option or a
 * number is not an account.
 */
function idOf(name: string, which: '-u' | '-g'): number | null {
  if (!/^[a-z_][\w.@-]*\$?$/i.test(name)) return null
  const [, , uid, gid] = localAccount(name) ?? []
  if (uid !== undefined && gid !== undefined) return Number(which === '-u' ? uid : gid)
  const id = findProgram('id')
  if (id?.unusable !== null) return null
  const { status, stdout } = spawnSync(id.path, [which, '--', name], {
    // The path may lead to a program for several names, which needs to know by which one it was called.
    argv0: 'id',
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: programEnvironment(),
  })
  return status === 0 && /^\d+$/.test(stdout.trim()) ? Number(stdout) : null
}

/** The fields of its line in passwd(5). */
function localAccount(name: string): string[] | null {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':')
    return fields !== undefined && /^\d+$/.test(fields[2] ?? '') && /^\d+$/.test(fields[3] ?? '') ? fields : null
  } catch {
    return null
  }
}

function isId(id: number): boolean {
  return Number.isInteger(id) && id > 0 && id < 0xffff_ffff
}

function verify({ uid, gid, name }: Account): void {
  const { getuid, geteuid, getgid, getegid, getgroups, setuid, setgid, setgroups } = process
  const left: string[] = []
  if (getuid!() !== uid || geteuid!() !== uid) left.push('another user id')
  if (getgid!() !== gid || getegid!() !== gid || getgroups!().some((group) => group !== gid)) left.push('other groups')
  if (succeeds(() => setuid!(0)) || succeeds(() => setgid!(0)) || succeeds(() => setgroups!([0])))
    left.push('a way back to root')
  if (capabilities().some((set) => set !== 0n)) left.push('capabilities')
  if (left.length > 0)
    throw refused(`after becoming ${name}, this process still has ${left.join(', ')}: smblens does not continue`)
}

/** Node cannot drop capabilities. */
function refuseCapabilities(): void {
  if (capabilities().every((set) => set === 0n)) return
  throw refused(
    'this process holds capabilities, and would parse packets with them: give them to the capture program instead ' +
      '(sudo setcap cap_net_raw,cap_net_admin=eip /usr/bin/tcpdump), not to node or by AmbientCapabilities',
  )
}

/** Permitted and effective capabilities on Linux; none elsewhere. */
function capabilities(): bigint[] {
  let status: string
  try {
    status = readFileSync('/proc/self/status', 'latin1')
  } catch {
    return []
  }
  return [...status.matchAll(/^Cap(?:Prm|Eff):\s*([0-9a-f]+)$/gm)].map((match) => BigInt(`0x${match[1]}`))
}

function succeeds(attempt: () => void): boolean {
  try {
    attempt()
    return true
  } catch {
    return false
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function refused(message: string): CaptureStartError {
  return new CaptureStartError('no-rights', message)
}
