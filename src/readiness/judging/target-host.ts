/** The host in a service principal name: cifs/files.corp.example gives files.corp.example. Null where there is none. */
export function targetHost(targetName: string | null): string | null {
  const host = targetName?.split('/', 2)[1] ?? ''
  return host === '' ? null : host
}
