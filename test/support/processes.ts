/** Processes of a run of `smblens live`, as the system lists them. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { waitFor } from './namespaces.ts'

export interface Process {
  pid: number
  parent: number
  /** Words of its command line. */
  command: readonly string[]
}

/** Who is what: `front` was started by the test, `parser` reads packets, `launcher` has the rights, `guard` ends what is left, `program` captures. */
export type Role = 'front' | 'parser' | 'launcher' | 'guard' | 'program'

export function allProcesses(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => processOf(Number(name)) ?? [])
}

function processOf(pid: number): Process | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie counts as ended.
    if (state === 'Z' || state === 'X') return null
    const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').slice(0, -1)
    return { pid, parent: Number(parent), command }
  } catch {
    return null
  }
}

/** The process and all its descendants. */
export function family(pid: number): Process[] {
  const all = allProcesses()
  const found = all.filter((each) => each.pid === pid)
  for (let i = 0; i < found.length; i++) found.push(...all.filter(({ parent }) => parent === found[i]!.pid))
  return found
}

/** All processes in a network namespace, by its number. */
export function inNamespace(inode: string): Process[] {
  return allProcesses().filter(({ pid }) => {
    try {
      return readlinkSync(`/proc/${pid}/ns/net`) === inode
    } catch {
      return false
    }
  })
}

export function roleOf({ pid, command }: Process, front: number): Role | null {
  const words = command.join(' ')
  if (pid === front) return 'front'
  if (words.includes('smblens-guard')) return 'guard'
  if (words.includes('capture-launcher.cjs')) return 'launcher'
  if (/(^|\/)(tcpdump|dumpcap)( |$)|capture-cap\.cjs/.test(words)) return 'program'
  return words.includes('bin/smblens live') ? 'parser' : null
}

/** Waits until there is one, and returns its process id. For the guard it is that of the outer shell. */
export async function pidOf(role: Role, front: number): Promise<number> {
  let pid: number | undefined
  await waitFor(`the ${role}`, () => {
    pid = family(front).find((each) => roleOf(each, front) === role)?.pid
    return pid !== undefined
  })
  return pid!
}

/** A field of a process's status, as in proc(5). */
export function statusOf(pid: number, field: string): string {
  return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? ''
}

export function environmentOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').slice(0, -1)
}

export function descriptorsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`)
    } catch {
      return []
    }
  })
}
