/** Changes when a field of a record is renamed, removed or given another meaning. A new field is no reason. */
export const SCHEMA_VERSION = 1
