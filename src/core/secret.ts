// Values that never print: passwords, hashes and what may hold them travel through plans, logs and errors inside one of these.

const redacted = '[redacted]';

/** Wraps data. `String()`, template literals, `JSON.stringify` and `util.inspect` all give `[redacted]`; only `reveal()` gives the data. */
export class SecretData<Data> {
  readonly #data: Data;

  constructor(data: Data) {
    this.#data = data;
  }

  reveal(): Data {
    return this.#data;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return redacted;
  }
}

/** Secret text. */
export class Secret extends SecretData<string> {}
