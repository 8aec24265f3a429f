/** Validates with docs/records.schema.json. Stricter than for readers: fields that it does not list are errors. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

interface Schema {
  $defs: Record<string, { properties?: { type?: { const?: string } } }>
}

const schema: Schema = JSON.parse(readFileSync(new URL('../../docs/records.schema.json', import.meta.url), 'utf8'))
const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true })
formats.default(ajv)
ajv.addSchema(closed(schema) as object, 'records')

/** What is wrong with `value` as one of the schema's `$defs`, or as the whole `document` of `-f json`; empty if nothing is wrong. */
export function schemaErrors(definition: string, value: unknown): string[] {
  const validate = ajv.getSchema(definition === 'document' ? 'records' : `records#/$defs/${definition}`)
  if (!validate) throw new Error(`no $defs/${definition} in the schema`)
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`)
}

/** The values of `type` that the schema knows. */
export function recordTypes(): string[] {
  return Object.values(schema.$defs).flatMap(({ properties }) => properties?.type?.const ?? [])
}

function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed)
  if (node === null || typeof node !== 'object') return node
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]))
  return 'properties' in copy ? { ...copy, additionalProperties: false } : copy
}
