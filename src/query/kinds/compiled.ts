/** The result of compiling a typed value. */
export type Test<T> = (value: T) => boolean

/** A test, an error, or null if the value is still being typed. */
export type Compiled<T> = { test: Test<T> } | { fault: string } | null
