// A value that never prints: passwords and hashes travel through plans, logs and errors inside one of these.

const redacted = '[redacted]';

/** Wraps secret text. `String()`, template literals, `JSON.stringify` and `util.inspect` all give `[redacted]`; only `reveal()` gives the text. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
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

/** As Secret, for data that may hold secrets anywhere: it prints as nothing but `[redacted]`. */
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
