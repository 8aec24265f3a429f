/** Time as packets tell it, where the clock that stamps them may be set meanwhile. Microseconds since 1970 UTC. */

/** A packet may be so much older than one before it: several interfaces and queues are read side by side. */
const DISORDER = 2_000_000
/** Nor do packets run ahead of the time that has really passed by more than this, unless somebody set the clock. */
const AHEAD = 60_000_000

export class PacketClock {
  /** Of the newest packet since the clock was set last; 0 before the first. */
  now = 0
  /** The packet time from which on nothing was set: what is older cannot be compared with what is newer. */
  since = 0
  /** How often the clock was set, and by how much the last time. */
  steps = 0
  lastStep = 0
  private readonly passed: (() => number) | null
  /** Real time of the newest packet, in microseconds. */
  private seen = 0

  /** @param passed real time in milliseconds, from any start, that nobody can set; null where packets may be old ones, and come at any speed */
  constructor(passed: (() => number) | null) {
    this.passed = passed
  }

  /** Is to be called now and then with the time of the newest packet, not for every one. */
  tick(time: number): void {
    const real = this.passed === null ? 0 : this.passed() * 1000
    const expected = this.passed === null ? Math.max(this.now, time) : this.now + (real - this.seen)
    if (this.now === 0) this.since = time
    else if (time < this.now - DISORDER || time > expected + AHEAD) {
      this.steps++
      this.lastStep = time - (time < this.now ? this.now : expected)
      this.since = time
    } else if (time <= this.now) return
    this.now = time
    this.seen = real
  }
}
