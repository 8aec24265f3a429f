// What a process and all its descendants cost, read from /proc.
import { readFileSync } from 'node:fs'

/** Of /proc/PID/stat: hundredths of a second on every Linux that Node runs on. */
const TICKS = 100
const MEGABYTE = 1e6

/**
 * Looks at the process and its descendants every `interval` ms until `stop`.
 *
 * @returns cpu(): seconds so far, ended processes included; resident(): MB now; peak(): the sum of each process's maximum
 */
export function watch(pid, interval = 200) {
  /** By process: those that have ended stay. */
  const seen = new Map()
  const look = () => {
    for (const id of tree(pid)) {
      const stat = read(`/proc/${id}/stat`)
      const status = read(`/proc/${id}/status`)
      if (stat === null || status === null) continue
      // After the name, which may contain any character.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const ticks = Number(fields[11]) + Number(fields[12])
      const name = /Name:\s+(.*)/.exec(status)?.[1] ?? '?'
      const kilobytes = (what) => (Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024) / MEGABYTE
      seen.set(id, { name, cpu: ticks / TICKS, resident: kilobytes('VmRSS'), peak: kilobytes('VmHWM') })
    }
  }
  look()
  const timer = setInterval(look, interval)
  const sum = (what) => [...seen.values()].reduce((total, process) => total + process[what], 0)
  return {
    stop: () => clearInterval(timer),
    cpu() {
      look()
      return sum('cpu')
    },
    peak: () => sum('peak'),
    /** MB of each process that runs now, by its name. */
    resident() {
      look()
      return tree(pid).flatMap((id) => {
        const process = seen.get(id)
        return process === undefined ? [] : [{ pid: id, name: process.name, megabytes: process.resident }]
      })
    },
  }
}

/** The process and its descendants. */
function tree(pid) {
  const all = [pid]
  for (const id of all) {
    const children = read(`/proc/${id}/task/${id}/children`)
    if (children !== null) all.push(...children.trim().split(' ').filter(Boolean).map(Number))
  }
  return all
}

function read(path) {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return null
  }
}
