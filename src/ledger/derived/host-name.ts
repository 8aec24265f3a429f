/** The host in names of services and paths, and what is no name of a host. */

/** The host in a service name such as cifs/files.corp.example/CORP.EXAMPLE; null where there is none. */
export function hostOfService(service: string | null | undefined): string | null {
  return service?.split('/', 2)[1] || null
}

/** The server in \\server\share. */
export function hostOfPath(path: string): string | null {
  if (!path.startsWith('\\\\')) return null
  const end = path.indexOf('\\', 2)
  return path.slice(2, end < 0 ? undefined : end) || null
}

/** Users also type addresses where a name belongs. */
export function looksLikeAddress(name: string): boolean {
  return name.includes(':') || /^[0-9.]+$/.test(name)
}
