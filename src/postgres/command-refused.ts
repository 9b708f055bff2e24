/** A command that could not be carried out; the message is for the person who gave it. */
export class CommandRefused extends Error {
  override readonly name = 'CommandRefused'
  /** Alerts still fire: the same command says so, and means it anyway, when it is given again. */
  readonly asks: boolean

  constructor(message: string, asks = false) {
    super(message)
    this.asks = asks
  }
}
