/** What our processes hand on to those they start: nothing that they do not need, since some of them hold rights, and one reads packets. */
import { closeSync, readdirSync, readFileSync } from 'node:fs'

/**
 * For programs that capture, and for what starts them: English messages, and nothing that changes how they run. PATH is only where findProgram looks,
 * which does not believe it.
 */
export function programEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C' }
}

/** What changes how results look, where files go, and whom sudo was called by. */
const KEPT =
  /^(TERM|TERM_PROGRAM|COLORTERM|COLORFGBG|NO_COLOR|FORCE_COLOR|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|SUDO_UID|SUDO_GID)$/

/** For the process that reads packets. */
export function parserEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => KEPT.test(name))
  return { ...Object.fromEntries(kept), ...programEnvironment(), LC_ALL: process.env['LC_ALL'] }
}

/** Nobody may open Node's inspector in a process of ours by a signal. Older versions do not know this option: each process then takes the signal. */
export function nodeOptions(): string[] {
  return process.allowedNodeEnvironmentFlags.has('--disable-sigusr1') ? ['--disable-sigusr1'] : []
}

const O_CLOEXEC = 0o2000000

/**
 * Closes what whoever started us left open by accident, where a process that we start would have it too: Node sees to the first sixteen itself, and to
 * its own. Only Linux tells.
 *
 * @param kept descriptors that are named in an argument
 */
export function closeStrayDescriptors(kept: ReadonlySet<number>): void {
  for (const descriptor of openDescriptors()) {
    if (descriptor <= 2 || kept.has(descriptor) || isClosedOnExec(descriptor)) continue
    try {
      closeSync(descriptor)
    } catch {
      // Closed since the list was made.
    }
  }
}

function openDescriptors(): number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number)
  } catch {
    return []
  }
}

function isClosedOnExec(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'))?.[1]
    return flags === undefined || (Number.parseInt(flags, 8) & O_CLOEXEC) !== 0
  } catch {
    return true
  }
}
