// The one library of the emulated system, kernel32.dll: headers and an export table (Microsoft PE Format, "The .edata
// Section") for code that looks for functions by itself, and behind them the addresses that functions have.

/** Where it lies; everything that is loaded is this library. */
export const moduleBase = 0x76000000
const functionsAt = 0x10000
const functionBytes = 16
const moduleBytes = 0x110000
const mostFunctions = (moduleBytes - functionsAt) / functionBytes
const peAt = 0x80
const exportsAt = 0x1000

/** The system's functions: each has an address; code that goes there calls it. */
export class Functions {
  readonly #names: string[] = []
  readonly #addresses = new Map<string, number>()

  addressOf(name: string): number {
    let address = this.#addresses.get(name)
    if (address === undefined) {
      address = moduleBase + functionsAt + (this.#names.length % mostFunctions) * functionBytes
      this.#names.push(name)
      this.#addresses.set(name, address)
    }
    return address
  }

  /** Undefined: this is no address of a function. */
  nameAt(address: number): string | undefined {
    const offset = (address >>> 0) - moduleBase - functionsAt
    return offset % functionBytes === 0 ? this.#names[offset / functionBytes] : undefined
  }

  isInside(address: number): boolean {
    const offset = (address >>> 0) - moduleBase
    return offset >= functionsAt && offset < moduleBytes
  }
}

/** The library as it lies in memory; it exports the names. */
export function systemModule(functions: Functions, names: readonly string[]): Uint8Array {
  const bytes = Buffer.alloc(moduleBytes, 0x90)
  bytes.fill(0, 0, functionsAt)
  bytes.write('MZ', 0, 'latin1')
  bytes.writeUInt32LE(peAt, 60)
  bytes.write('PE\0\0', peAt, 'latin1')
  const header: readonly (readonly [offset: number, value: number])[] = [
    [4, 0x14c],
    [20, 0xe0 | (0x210e << 16)],
    [24, 0x10b],
    [24 + 28, moduleBase],
    [24 + 32, 0x1000],
    [24 + 36, 0x200],
    [24 + 56, moduleBytes],
    [24 + 60, 0x1000],
    [24 + 92, 16],
    [24 + 96, exportsAt],
    [24 + 100, functionsAt - exportsAt],
  ]
  for (const [offset, value] of header) bytes.writeUInt32LE(value >>> 0, peAt + offset)
  writeExports(bytes, functions, [...names].toSorted(byBytes))
  return bytes
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

function writeExports(bytes: Buffer, functions: Functions, names: readonly string[]): void {
  const addressesAt = exportsAt + 40
  const namesAt = addressesAt + names.length * 4
  const ordinalsAt = namesAt + names.length * 4
  let textAt = ordinalsAt + names.length * 2
  const writeText = (text: string): number => {
    const at = textAt
    bytes.write(`${text}\0`, at, 'latin1')
    textAt += text.length + 1
    return at
  }
  bytes.writeUInt32LE(writeText('KERNEL32.dll'), exportsAt + 12)
  const words = [1, names.length, names.length, addressesAt, namesAt, ordinalsAt]
  for (const [index, word] of words.entries()) bytes.writeUInt32LE(word, exportsAt + 16 + index * 4)
  for (const [index, name] of names.entries()) {
    bytes.writeUInt32LE(functions.addressOf(name) - moduleBase, addressesAt + index * 4)
    bytes.writeUInt32LE(writeText(name), namesAt + index * 4)
    bytes.writeUInt16LE(index, ordinalsAt + index * 2)
  }
}
