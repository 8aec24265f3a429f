/** The policy file of --policy and of `smblens policy check`: found, read and checked. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { SEVERITIES } from '../../audit/rule/rule.ts'
import { RULES } from '../../audit/rules/index.ts'
import { plural } from '../../base/wording.ts'
import { errorCode } from '../../capture/capture-error.ts'
import type { Networks } from '../../policy/networks.ts'
import type { Policy } from '../../policy/policy.ts'
import { CONTROL_IDS } from '../../readiness/control.ts'
import { UsageError } from '../process/exit-status.ts'

type Reading = import('../../policy/file/read-policy.ts').PolicyReading

/**
 * @param networks those of --internal, which go before those of the file; null without the option
 * @throws UsageError where there is no such file, or it is no valid policy
 */
export async function policyOf(path: string, networks: Networks | null): Promise<Policy> {
  const { document, problems, more } = { more: 0, ...(await readPolicyFile(path)) }
  if (problems !== null) {
    const { problemText } = await import('../../policy/file/problems.ts')
    const rest = problems.length - 1 + more
    const others = rest === 0 ? '' : ` (and ${plural(rest, 'more problem')}: smblens policy check ${path} lists all)`
    throw new UsageError(`--policy ${problemText(path, problems[0]!)}${others}`)
  }
  const { makePolicy } = await import('../../policy/file/make-policy.ts')
  return makePolicy(path, document, networks)
}

/** @throws UsageError where there is no such file */
export async function readPolicyFile(path: string): Promise<Reading> {
  const { MOST_BYTES, readPolicy } = await import('../../policy/file/read-policy.ts')
  const bytes = readStart(path, MOST_BYTES + 1)
  return readPolicy(bytes, { rules: RULES.map(({ id }) => id), controls: CONTROL_IDS, severities: SEVERITIES })
}

/** No more than `most` bytes are read, whatever the path leads to. */
function readStart(path: string, most: number): Uint8Array {
  try {
    const descriptor = openSync(path, 'r')
    try {
      if (fstatSync(descriptor).isDirectory()) throw new UsageError(`${path} is a folder: name a policy file`)
      const bytes = new Uint8Array(most)
      let length = 0
      for (let read = 1; read > 0 && length < most; length += read) {
        read = readSync(descriptor, bytes, length, most - length, null)
      }
      return bytes.subarray(0, length)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    const code = errorCode(error)
    if (code === null) throw error
    if (code === 'ENOENT') throw new UsageError(`${path}: there is no such file: smblens policy init writes one`)
    throw new UsageError(`${path}: cannot be read (${code})`)
  }
}
