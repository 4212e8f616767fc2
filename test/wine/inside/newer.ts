// What Node 26 has and Node 22 has not, as far as the product uses it: loaded before it.

type Compute<K, V> = (key: K) => V

function getOrInsertComputed<K, V>(this: Map<K, V>, key: K, compute: Compute<K, V>): V {
  if (!this.has(key)) this.set(key, compute(key))
  return this.get(key) as V
}

function getOrInsert<K, V>(this: Map<K, V>, key: K, value: V): V {
  if (!this.has(key)) this.set(key, value)
  return this.get(key) as V
}

for (const of of [Map.prototype, WeakMap.prototype]) {
  Object.assign(of, { getOrInsertComputed, getOrInsert })
}
Object.assign(Uint8Array, { fromHex: (text: string) => Uint8Array.from(Buffer.from(text, 'hex')) })
