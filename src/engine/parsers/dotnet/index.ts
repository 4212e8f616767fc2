export type { Class, Method } from './classes.ts'
export { type Dotnet, parseDotnet } from './dotnet.ts'
export { guidText } from './guid.ts'
