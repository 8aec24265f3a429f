/** Policy files for tests: text -> what it says, or its problems in words. */

import { RULES, SEVERITIES } from '../../src/index.ts'
import { makePolicy } from '../../src/policy/file/make-policy.ts'
import type { PolicyDocument } from '../../src/policy/file/policy-document.ts'
import { type PolicyReading, readPolicy } from '../../src/policy/file/read-policy.ts'
import type { Policy } from '../../src/policy/policy.ts'
import { CONTROL_IDS } from '../../src/readiness/control.ts'

const NAMES = { rules: RULES.map(({ id }) => id), controls: CONTROL_IDS, severities: SEVERITIES }

export function readText(text: string | Uint8Array): Promise<PolicyReading> {
  return readPolicy(typeof text === 'string' ? new TextEncoder().encode(text) : text, NAMES)
}

/** @throws where it has problems */
export async function documentOf(text: string): Promise<PolicyDocument> {
  const { document, problems } = await readText(text)
  if (problems !== null) throw new Error(JSON.stringify(problems))
  return document
}

export async function policyFrom(text: string): Promise<Policy> {
  return makePolicy('policy.yaml', await documentOf(text), null)
}

/** `line:column key: message`, one for each. */
export async function problemsOf(text: string | Uint8Array): Promise<string[]> {
  const { problems } = await readText(text)
  return (problems ?? []).map(({ line, column, key, message }) => `${line}:${column} ${key}: ${message}`)
}
