/** The time by the packets' own clock, which may be changed at any moment. Microseconds since 1970 UTC. */

/** How much older a packet may be than one before it: several interfaces and queues are read in parallel. */
const DISORDER = 2_000_000
/** How far packets may run ahead of the time that has really passed, unless the clock was changed. */
const AHEAD = 60_000_000

export class PacketClock {
  /** The time of the newest packet since the clock was last changed; 0 before the first packet. */
  now = 0
  /** The packet time since which the clock was not changed: older times cannot be compared with newer ones. */
  since = 0
  /** How often the clock was changed, and by how much the last time. */
  steps = 0
  lastStep = 0
  private readonly passed: (() => number) | null
  /** Real time of the newest packet, in microseconds. */
  private seen = 0

  /** @param passed a monotonic clock in milliseconds; null if the packets may be old ones that come at any speed */
  constructor(passed: (() => number) | null) {
    this.passed = passed
  }

  /** Call this now and then with the time of the newest packet, not for every packet. */
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
