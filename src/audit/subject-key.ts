/** What the cases of one finding have in common, as text to group by and as the fields of that text. */
import type { Draft, Subject } from './rule/rule.ts'

/** Whose finding it is: two results of the same network have the same subject, though their captures differ. Null for what the kind does not name. */
export interface FindingSubject {
  kind: Subject
  client: string | null
  server: string | null
  /** The server's, where its ports are told apart. */
  port: number | null
  /** In lower case: Windows compares names without it. Null where the session named none. */
  domain: string | null
  user: string | null
  /** Of the kind `network`: the value that ties captures together. */
  about: string | null
}

/** Distinguishes the subjects of one rule in one capture. */
export function subjectKey(kind: Subject, draft: Draft): string {
  const { capture, client, server } = draft.connection
  switch (kind) {
    case 'pair': {
      // The length keeps a name from passing for part of another.
      const named = namedSession(draft)
      const domain = named?.domain?.toLowerCase() ?? ''
      const user = named?.user?.toLowerCase() ?? ''
      return `pair ${client.ip} ${server.ip} ${domain.length} ${domain} ${user.length} ${user} ${capture}`
    }
    case 'server':
      return `server ${server.ip} ${server.port} ${capture}`
    case 'client':
      return `client ${client.ip} ${capture}`
    case 'capture':
      return `capture ${capture}`
    case 'network':
      return `network ${draft.about ?? ''}`
  }
}

/** The session whose user and domain count: a null session may claim any name. */
export function namedSession({ session }: Draft): Draft['session'] {
  return session !== null && (session.anonymous === true || session.auth === 'anonymous') ? null : session
}

/** What a key says. @param key made by `subjectKey` */
export function subjectOf(kind: Subject, key: string): FindingSubject {
  const words = new Words(key)
  words.next()
  const subject: FindingSubject = {
    kind,
    client: null,
    server: null,
    port: null,
    domain: null,
    user: null,
    about: null,
  }
  switch (kind) {
    case 'pair':
      return {
        ...subject,
        client: words.next(),
        server: words.next(),
        domain: words.counted() || null,
        user: words.counted() || null,
      }
    case 'server':
      return { ...subject, server: words.next(), port: Number(words.next()) }
    case 'client':
      return { ...subject, client: words.next() }
    case 'capture':
      return subject
    case 'network':
      return { ...subject, about: words.rest() || null }
  }
}

/** Reads a key from left to right. */
class Words {
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  next(): string {
    const end = this.text.indexOf(' ', this.at)
    const word = this.text.slice(this.at, end < 0 ? undefined : end)
    this.at += word.length + 1
    return word
  }

  /** A name behind its length: it may have spaces. */
  counted(): string {
    const length = Number(this.next())
    const name = this.text.slice(this.at, this.at + length)
    this.at += length + 1
    return name
  }

  rest(): string {
    return this.text.slice(this.at)
  }
}
