import { describe, expect, it } from 'vitest'
import { TABLE_NAMES, TABLES, type Table, type TableName, type Tables } from '../../src/ledger/tables.ts'
import { COMPLETE } from '../support/complete-facts.ts'

/** Words of this program, ids that it makes, addresses, and hexadecimal numbers of a fixed size. The sender decides how long any other text is. */
const FIXED: { [N in TableName]: ReadonlySet<string> } = {
  connections: new Set([
    'id',
    'capture',
    'captureId',
    'client.ip',
    'server.ip',
    'transport',
    'state',
    // The same string as in the list of the request.
    'smb1.negotiateResponse.dialect',
    'smb1.clientSigning',
    'negotiateRequest.clientGuid',
    'negotiateResponse.serverGuid',
    'validateNegotiate.request.clientGuid',
    'validateNegotiate.response.serverGuid',
    'end.by',
    'end.how',
  ]),
  sessions: new Set([
    'id',
    'connection',
    'capture',
    'captureId',
    'family',
    'sessionId',
    'auth',
    'status',
    'setupSigning',
    'logons.0.purpose',
    'logons.0.auth',
    'logons.0.ntlm.challenge.serverChallenge',
    'logons.0.ntlm.authenticate.kind',
    'logons.0.ntlm.authenticate.ntProof',
    'logons.0.ntlm.authenticate.channelBindings',
    'trees.0.shareType',
  ]),
}

describe.each(TABLE_NAMES)('the text size of %s', (name) => {
  const facts: Tables[TableName] = COMPLETE[name]
  const { textSize } = TABLES[name] as Table<Tables[TableName]>
  const values = valuesOf(facts)
  const texts = values.filter(([path, value]) => typeof value === 'string' && !FIXED[name].has(path))
  const lists = values.filter(([, value]) => Array.isArray(value))

  it('uses fields that exist', () => {
    const paths = values.map(([path]) => path)
    expect([...FIXED[name]].filter((path) => !paths.includes(path))).toEqual([])
    expect(texts.length).toBeGreaterThan(0)
    expect(lists.length).toBeGreaterThan(0)
  })

  it.each(texts)('counts the characters of %s', (path, text) => {
    expect(textSize(withValue(facts, path, `${text}${'x'.repeat(1000)}`)) - textSize(facts)).toBe(1000)
  })

  it.each(lists)('counts the entries of %s', (path, list) => {
    const longer = [...(list as unknown[]), ...new Array(1000).fill((list as unknown[])[0])]
    expect(textSize(withValue(facts, path, longer)) - textSize(facts)).toBeGreaterThanOrEqual(8000)
  })
})

/** Every value in `value`, at any depth, with its path: `logons.0.user`. */
function valuesOf(value: unknown, path = ''): [path: string, value: unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]]
  const inside = Object.entries(value).flatMap(([key, inner]) => valuesOf(inner, path === '' ? key : `${path}.${key}`))
  return [[path, value], ...inside]
}

function withValue<T>(facts: T, path: string, value: unknown): T {
  const copy = structuredClone(facts)
  const keys = path.split('.')
  const last = keys.pop()!
  const owner = keys.reduce((inner, key) => inner[key] as Record<string, unknown>, copy as Record<string, unknown>)
  owner[last] = value
  return copy
}
