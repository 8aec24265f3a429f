/** What a typed value comes to. */
export type Test<T> = (value: T) => boolean

/** A test, what is wrong, or null where it is still being typed. */
export type Compiled<T> = { test: Test<T> } | { fault: string } | null
